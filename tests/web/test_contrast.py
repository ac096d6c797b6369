"""Every pair of colours that meets on a page reads well, by day and by night (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "web/static/css/base.css").read_text(encoding="utf-8")
STATES = ("given", "late", "missed", "held", "unknown", "partly", "vomited", "double")
TEXT = [
    *(
        (ink, ground)
        for ink in ("ink", "muted", "lake")
        for ground in ("ground", "surface", "tint")
    ),
    ("ink", "sunken"),
    ("muted", "sunken"),
    ("on-lake", "lake"),
    ("on-lake", "lake-deep"),
    ("missed", "surface"),
    ("missed", "ground"),
    ("given", "surface"),
    *((state, f"{state}-tint") for state in STATES),
    *(("ink", f"{state}-tint") for state in ("given", "late", "missed")),
]
# what marks a control or the focus needs less
EDGES = [("edge", "surface"), ("edge", "ground"), ("focus", "surface"), ("focus", "ground")]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


BLOCKS = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
SCHEMES = {"light": tokens(BLOCKS[0]), "dark": tokens(BLOCKS[0]) | tokens(BLOCKS[1])}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def gradient_colours(name: str, block: str) -> list[str]:
    found = re.search(rf"--{name}: linear-gradient\((.*?)\);", block)
    assert found
    return re.findall(r"#[0-9a-f]{3,6}", found[1])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_words_stand_out(scheme: str, ink: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_focus_are_seen(scheme: str, edge: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[edge], colours[ground]) >= 3


@pytest.mark.parametrize("block", BLOCKS[:2], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["dawn", "dusk"])
def test_words_stand_out_on_dawn_and_dusk(block: str, name: str) -> None:
    ink = tokens(block)[f"on-{name}"]
    assert all(contrast(ink, colour) >= 4.5 for colour in gradient_colours(name, block))
