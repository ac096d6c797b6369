"""Draw the mark of Sirolog, a drop with a tick: icon.svg, and PNGs for home screens.

    .venv/bin/python scripts/draw_app_icon.py

Colours are those of web/static/css/base.css. The results are committed; run it after a change here.
"""

from pathlib import Path

from PIL import Image, ImageDraw

IMAGES = Path(__file__).resolve().parent.parent / "web" / "static" / "img"
LAKE, DAWN, WHITE = "#0b5c72", "#ffc387", "#ffffff"
SIZES = (192, 512)
GRID = 64  # all points are on a square of 64 × 64
OVERSAMPLED = 4

Point = tuple[float, float]
# the right half of the drop as cubic curves from the tip down: three control points each
TIP: Point = (32, 10)
RIGHT: tuple[tuple[Point, Point, Point], ...] = (
    ((38, 19), (48, 28), (48, 38)),
    ((48, 47), (41, 54), (32, 54)),
)
TICK: tuple[Point, ...] = ((24.5, 38.5), (30, 44), (40, 33))


def _bend(start: Point, curve: tuple[Point, Point, Point], steps: int = 60) -> list[Point]:
    points: list[Point] = []
    for step in range(1, steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        along = (start, *curve)
        x = sum(weight * point[0] for weight, point in zip(weights, along, strict=True))
        y = sum(weight * point[1] for weight, point in zip(weights, along, strict=True))
        points.append((x, y))
    return points


def drop_outline() -> list[Point]:
    """The drop as a polygon: the right half and its mirror image."""
    right, here = [TIP], TIP
    for curve in RIGHT:
        right += _bend(here, curve)
        here = curve[-1]
    return right + [(GRID - x, y) for x, y in reversed(right[1:-1])]


def png(size: int) -> Image.Image:
    """The mark on a full square: phones cut the corners themselves."""
    scale = size * OVERSAMPLED / GRID
    image = Image.new("RGB", (size * OVERSAMPLED, size * OVERSAMPLED), LAKE)
    draw = ImageDraw.Draw(image)
    draw.polygon([(x * scale, y * scale) for x, y in drop_outline()], fill=WHITE)
    draw.line([(x * scale, y * scale) for x, y in TICK], LAKE, round(4.5 * scale), "curve")
    for x, y in (TICK[0], TICK[-1]):
        draw.circle((x * scale, y * scale), 2.2 * scale, LAKE)
    draw.circle((49 * scale, 16 * scale), 4.5 * scale, DAWN)
    return image.reduce(OVERSAMPLED)


def svg() -> str:
    """The same mark as text, with rounded corners for browser tabs."""
    tick = " ".join(f"{x:g},{y:g}" for x, y in TICK)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="15" fill="{LAKE}"/>'
        '<path fill="#fff" d="M32 10c6 9 16 18 16 28 0 9-7 16-16 16s-16-7-16-16c0-10 10-19 16-28z"'
        "/>"
        f'<circle cx="49" cy="16" r="4.5" fill="{DAWN}"/>'
        f'<polyline points="{tick}" fill="none" stroke="{LAKE}" stroke-width="4.5" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>\n'
    )


if __name__ == "__main__":
    (IMAGES / "icon.svg").write_text(svg(), encoding="utf-8")
    for size in SIZES:
        png(size).quantize(32).save(IMAGES / f"icon-{size}.png", optimize=True)
