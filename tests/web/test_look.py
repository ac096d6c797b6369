"""What the look may weigh, and that templates and style keep to the house's rules."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "web" / "static"
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
ICONS = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "img/icons.svg").read_text("utf-8")))


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_the_style_of_a_family_page_is_light() -> None:
    sheets = [STATIC / "css" / name for name in ("base.css", "caregiver.css")]
    assert sum(len(gzip.compress(sheet.read_bytes())) for sheet in sheets) <= 8 * 1024


def test_style_sheets_fetch_nothing() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        assert not re.search(r"url\(|@import", sheet.read_text("utf-8")), sheet.name


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_a_template_has_no_inline_style_or_handler(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']", text)
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "nonce=" in script


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_every_icon_of_a_template_is_drawn(path: Path) -> None:
    used = set(re.findall(r"\bicon\([\"'](\w+)[\"']", path.read_text("utf-8")))
    assert used <= ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_a_title_names_no_drug_and_no_disease(path: Path) -> None:
    title = "".join(re.findall(r"block title %}(.*?){% endblock", path.read_text("utf-8")))
    assert not re.search(
        r"sirolimus|rapamycin|tumou?r|haemangio|hemangio|KHE", title, re.IGNORECASE
    )
