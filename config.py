"""The settings of one installation, read once from the environment. See .env.example."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

HOME = Path(__file__).resolve().parent
SHORTEST_SECRET = 32
Value = TypeVar("Value")


class SettingsError(Exception):
    """Everything that is missing or wrong, in one message."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TESTING = "testing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What differs between installations. Secrets are kept out of `repr`.

    `public_url` is the address people and Twilio see, without a slash at the end.
    `photo_store_url` is file:///folder or s3://bucket/prefix. `twilio_account_sid` is None when no
    account is set up: messages are then printed instead of sent.
    """

    env: Environment
    database_url: str = field(repr=False)
    photo_store_url: str
    secret_key: str = field(repr=False)
    public_url: str
    protocol_dir: Path
    twilio_account_sid: str | None
    twilio_auth_token: str | None = field(repr=False)
    twilio_messaging_service_sid: str | None
    twilio_from: str | None
    twilio_api_base_url: str | None
    twilio_timeout_seconds: int
    max_photo_bytes: int
    log_level: str
    trusted_proxy_hops: int
    rate_limit_storage_url: str
    # messages under way at once in one notifier
    sms_in_flight: int = 16
    # seals the randomisation lists; None where a production site has not set it yet
    randomisation_key: str | None = field(default=None, repr=False)

    @property
    def is_https(self) -> bool:
        """Cookies are marked secure, and browsers told to stay with https, only when true."""
        return self.public_url.startswith("https://")

    @property
    def uses_twilio(self) -> bool:
        return self.twilio_account_sid is not None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, home: Path = HOME) -> "Settings":
        """Read the settings. Raises SettingsError naming every variable that is not right."""
        reader = _Reader(environ)
        env = reader.get("SIROLOG_ENV", "development", _environment)
        settings = cls(
            env=env,
            database_url=reader.get(
                "DATABASE_URL", "sqlite:///var/sirolog.db", lambda text: _database(text, home)
            ),
            photo_store_url=reader.get(
                "PHOTO_STORE_URL", (home / "var" / "photos").as_uri(), _photo_store
            ),
            secret_key=reader.secret(env, home / "var" / "secret_key"),
            public_url=reader.get("PUBLIC_URL", "http://127.0.0.1:8000", _origin),
            protocol_dir=reader.get("PROTOCOL_DIR", str(HOME / "protocols"), _folder),
            twilio_account_sid=reader.optional("TWILIO_ACCOUNT_SID"),
            twilio_auth_token=reader.optional("TWILIO_AUTH_TOKEN"),
            twilio_messaging_service_sid=reader.optional("TWILIO_MESSAGING_SERVICE_SID"),
            twilio_from=reader.optional("TWILIO_FROM"),
            twilio_api_base_url=reader.optional("TWILIO_API_BASE_URL", _origin),
            twilio_timeout_seconds=reader.number("TWILIO_TIMEOUT_SECONDS", 10),
            max_photo_bytes=reader.number("MAX_PHOTO_BYTES", 40_000_000),
            log_level=reader.get("LOG_LEVEL", "INFO", _level),
            trusted_proxy_hops=reader.number("TRUSTED_PROXY_HOPS", 0, least=0),
            rate_limit_storage_url=reader.get("RATE_LIMIT_STORAGE_URL", "memory://", str),
            sms_in_flight=reader.number("SMS_IN_FLIGHT", 16),
            randomisation_key=reader.sealing_key(env, home / "var" / "randomisation_key"),
        )
        reader.check_twilio(settings)
        reader.raise_if_wrong()
        return settings


class _Reader:
    """Collects what is wrong instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def get(self, name: str, default: str, read: Callable[[str], Value]) -> Value:
        """The variable, or its default. A wrong one is noted and the default goes on in its place,
        so that reading reaches the end."""
        return self._read(name, read) or read(default)

    def optional(self, name: str, read: Callable[[str], str] = str) -> str | None:
        return self._read(name, read)

    def number(self, name: str, default: int, least: int = 1) -> int:
        text = self._read(name, lambda text: _number(text, least))
        return default if text is None else int(text)

    def secret(self, env: Environment, kept_in: Path) -> str:
        """The secret key: given in production; elsewhere made once and kept beside the database."""
        given = self._read("SECRET_KEY", _long_secret)
        if given is not None:
            return given
        if env is Environment.PRODUCTION:
            self._missing("SECRET_KEY")
            return ""
        return _kept_secret(kept_in)

    def sealing_key(self, env: Environment, kept_in: Path) -> str | None:
        """The key of the randomisation lists: as above, but production may start without one, as
        a study may use envelopes. It is its own: SECRET_KEY can be changed, this one never."""
        given = self._read("RANDOMISATION_KEY", _long_secret)
        if given is not None or env is Environment.PRODUCTION:
            return given
        return _kept_secret(kept_in)

    def check_twilio(self, settings: Settings) -> None:
        """An account is whole or absent: half of one would fail at the first message. Production
        needs one: the terminal, which prints codes and numbers, is a log there."""
        if settings.twilio_account_sid is None:
            in_production = settings.env is Environment.PRODUCTION
            if settings.twilio_auth_token is not None or in_production:
                self._missing("TWILIO_ACCOUNT_SID")
            return
        if settings.twilio_auth_token is None:
            self._missing("TWILIO_AUTH_TOKEN")
        if settings.twilio_messaging_service_sid is None and settings.twilio_from is None:
            self._missing("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM")

    def raise_if_wrong(self) -> None:
        if self.wrong:
            raise SettingsError("settings: " + "; ".join(self.wrong))

    def _read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        text = self.environ.get(name, "").strip()
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.wrong.append(f"{name} {error}")
            return None

    def _missing(self, name: str) -> None:
        if not any(line.startswith(name) for line in self.wrong):
            self.wrong.append(f"{name} is missing")


def _environment(text: str) -> Environment:
    try:
        return Environment(text)
    except ValueError:
        raise ValueError(f"must be one of {', '.join(Environment)}") from None


def _database(text: str, home: Path) -> str:
    """Absolute for SQLite; PostgreSQL always through psycopg 3, however it is spelled."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("is not the address of a database") from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        url = url.set(drivername="postgresql+psycopg")
    elif url.drivername != "sqlite":
        raise ValueError("must be sqlite:///file or postgresql://…")
    elif url.database and url.database != ":memory:":
        url = url.set(database=str(home / url.database))
    else:
        raise ValueError("must name a file: a database in memory is lost with the process")
    return url.render_as_string(hide_password=False)


def _photo_store(text: str) -> str:
    if urlsplit(text).scheme not in {"file", "s3"}:
        raise ValueError("must be file:///folder or s3://bucket/prefix")
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be http(s)://host")
    return text.rstrip("/")


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise ValueError("is not a folder")
    return folder.resolve()


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return text.upper()


def _number(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"must be a whole number, {least} or more")
    return int(text)


def _long_secret(text: str) -> str:
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters")
    return text


def _kept_secret(path: Path) -> str:
    """Two processes that start together end up with the same key: only one can create the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # made earlier, or a moment ago by the other process
    finally:
        draft.unlink()
    return path.read_text().strip()
