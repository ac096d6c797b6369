"""Settings: good defaults, and one message that names everything that is wrong."""

import stat
from pathlib import Path

import pytest

from config import Environment, Settings, SettingsError

KEY = "k" * 32
PRODUCTION = {
    "SIROLOG_ENV": "production",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_FROM": "+15005550006",
}


def test_nothing_needs_to_be_set_to_try_it_out(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    assert settings.env is Environment.DEVELOPMENT
    assert settings.database_url == f"sqlite:///{tmp_path}/var/sirolog.db"
    assert settings.photo_store_url == f"file://{tmp_path}/var/photos"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.uses_twilio
    assert not settings.is_https


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = Settings.from_env({}, home=tmp_path).secret_key
    assert len(first) >= 32
    assert Settings.from_env({}, home=tmp_path).secret_key == first
    kept = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    names = {path.name for path in kept.parent.iterdir()}
    assert names == {"secret_key", "randomisation_key"}


def test_production_does_not_make_up_a_secret_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY is missing"):
        Settings.from_env({"SIROLOG_ENV": "production"}, home=tmp_path)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(("length", "good"), [(31, False), (32, True)])
def test_a_secret_key_has_32_characters(tmp_path: Path, length: int, good: bool) -> None:
    environ = {**PRODUCTION, "SECRET_KEY": "x" * length}
    if good:
        assert Settings.from_env(environ, home=tmp_path).secret_key == "x" * length
    else:
        with pytest.raises(SettingsError, match="SECRET_KEY must have at least 32 characters"):
            Settings.from_env(environ, home=tmp_path)


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    environ = {
        "SIROLOG_ENV": "staging",
        "SECRET_KEY": KEY,
        "DATABASE_URL": "mysql://localhost/x",
        "PHOTO_STORE_URL": "ftp://photos",
        "PUBLIC_URL": "study.example",
        "PROTOCOL_DIR": "/nowhere/at/all",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_TIMEOUT_SECONDS": "0",
        "MAX_PHOTO_BYTES": "2.5",
        "LOG_LEVEL": "LOUD",
        "TRUSTED_PROXY_HOPS": "-1",
    }
    with pytest.raises(SettingsError) as error:
        Settings.from_env(environ, home=tmp_path)
    for name in {*environ, "TWILIO_AUTH_TOKEN"} - {"SECRET_KEY", "TWILIO_ACCOUNT_SID"}:
        assert f"{name} " in str(error.value)
    assert "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM is missing" in str(error.value)
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////srv/study.db", "sqlite:////srv/study.db"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p%40@h:5433/d", "postgresql+psycopg://u:p%40@h:5433/d"),
    ],
)
def test_databases_are_addressed_in_one_way(tmp_path: Path, given: str, used: str) -> None:
    environ = {"DATABASE_URL": given, "SECRET_KEY": KEY}
    assert Settings.from_env(environ, home=tmp_path).database_url == used


@pytest.mark.parametrize("given", ["sqlite://", "sqlite:///:memory:", "mysql://h/d", "what"])
def test_other_databases_are_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Settings.from_env({"DATABASE_URL": given, "SECRET_KEY": KEY}, home=tmp_path)


@pytest.mark.parametrize("more", ["TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID"])
def test_a_twilio_account_has_a_sender(tmp_path: Path, more: str) -> None:
    environ = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", more: "x", "SECRET_KEY": KEY}
    assert Settings.from_env(environ, home=tmp_path).uses_twilio


def test_production_prints_no_codes_on_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TWILIO_ACCOUNT_SID is missing"):
        Settings.from_env({"SIROLOG_ENV": "production", "SECRET_KEY": KEY}, home=tmp_path)
    assert Settings.from_env({**PRODUCTION, "SECRET_KEY": KEY}, home=tmp_path).uses_twilio


def test_half_a_twilio_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TWILIO_ACCOUNT_SID is missing"):
        Settings.from_env({"TWILIO_AUTH_TOKEN": "t", "SECRET_KEY": KEY}, home=tmp_path)


def test_secrets_do_not_show_in_a_traceback(tmp_path: Path) -> None:
    environ = {
        "SECRET_KEY": KEY,
        "DATABASE_URL": "postgresql://u:hidden@h/d",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "hidden",
        "TWILIO_FROM": "+15005550006",
    }
    shown = repr(Settings.from_env(environ, home=tmp_path))
    assert "hidden" not in shown
    assert KEY not in shown


def test_the_example_names_every_setting() -> None:
    source = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    read = (Path(__file__).parents[2] / "config.py").read_text(encoding="utf-8")
    names = {word.strip('"') for word in read.replace("(", " ").replace(",", " ").split()}
    settings = {name for name in names if name.isupper() and "_" in name and f'"{name}"' in read}
    assert settings
    for name in settings:
        assert f"{name}=" in source, name
