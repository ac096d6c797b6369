"""flask protocol check: what a study team sees of its file."""

from pathlib import Path

from flask import Flask

from config import HOME

FILE = HOME / "protocols" / "khe-sirolimus-v1.toml"


def test_a_good_file_is_shown_as_two_weeks_of_a_child(app: Flask) -> None:
    words = ["protocol", "check", str(FILE), "--start", "2026-03-09"]
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 0
    assert "day  0  Mon 2026-03-09" in result.output
    assert "day 14  Mon 2026-03-23" in result.output


def test_without_a_day_the_fortnight_begins_today_where_the_child_lives(app: Flask) -> None:
    """The clock of the tests stands at half past midnight in London, still yesterday in Hawaii."""
    words = ["protocol", "check", str(FILE), "--zone", "Pacific/Honolulu"]
    assert "day  0  Mon 2026-03-09" in app.test_cli_runner().invoke(args=words).output


def test_a_wrong_file_is_told_by_its_key(app: Flask, tmp_path: Path) -> None:
    wrong = tmp_path / "khe-sirolimus-v9.toml"
    wrong.write_text("[[arms]]\n", encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["protocol", "check", str(wrong)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
