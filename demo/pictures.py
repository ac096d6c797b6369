"""Pictures of skin with a purple patch, drawn by code: no child was ever photographed.

The patch pales and shrinks with the weeks; framing, light and the way the phone was held differ
from shot to shot, as they do at home.
"""

import io
import math
import random
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

SIZE = (1280, 960)
WORK = (400, 300)  # drawn small and enlarged: skin has no sharp lines
ORIENTATION, MODEL, MADE_AT, OFFSET = 0x0112, 0x0110, 0x9003, 0x9011
EXIF_IFD = 0x8769
MARK = "MADE UP"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: `severity` 1 is the worst patch, 0 is clear skin; `seed` moves the camera.
    `taken_local` knows its distance from UTC."""

    severity: float
    patch_seed: int
    seed: int
    taken_local: datetime
    close_up: bool
    orientation: int = 1


def draw(shot: Shot) -> bytes:
    """The picture as a phone would send it: JPEG with orientation, time and camera model."""
    chance = random.Random(shot.seed)  # noqa: S311  # a picture, not a secret
    picture = _skin(chance)
    picture = Image.composite(_patch_colour(shot), picture, _patch_mask(shot, chance))
    picture = ImageEnhance.Brightness(picture).enhance(chance.uniform(0.82, 1.12))
    picture = ImageEnhance.Color(picture).enhance(chance.uniform(0.9, 1.1))
    picture = _grain(picture.resize(SIZE, Image.Resampling.BICUBIC), shot.seed)
    _write_mark(picture)
    return _as_phone_file(picture, shot)


def _skin(chance: random.Random) -> Image.Image:
    base = (226 + chance.randint(-8, 6), 186 + chance.randint(-8, 6), 164 + chance.randint(-8, 6))
    picture = Image.new("RGB", WORK, base)
    shade = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(WORK)
    darker = Image.new("RGB", WORK, tuple(int(part * 0.82) for part in base))
    return Image.composite(darker, picture, shade.point([tone // 2 for tone in range(256)]))


def _patch_colour(shot: Shot) -> Image.Image:
    """From deep violet to a faint pink, darker in blotches that stay where they are."""
    worst, best = (98, 38, 84), (214, 160, 150)
    tone = tuple(
        int(light + (dark - light) * shot.severity) for dark, light in zip(worst, best, strict=True)
    )
    patch = Image.new("RGB", WORK, tone)
    darker = Image.new("RGB", WORK, tuple(int(part * 0.78) for part in tone))
    return Image.composite(darker, patch, _blotches(shot.patch_seed))


def _blotches(seed: int) -> Image.Image:
    tile = random.Random(seed).randbytes(24 * 18)  # noqa: S311  # a picture, not a secret
    return Image.frombytes("L", (24, 18), tile).resize(WORK, Image.Resampling.BICUBIC)


def _patch_mask(shot: Shot, chance: random.Random) -> Image.Image:
    form = random.Random(shot.patch_seed)  # noqa: S311  # the same patch each time
    waves = [(form.uniform(0.05, 0.22), form.uniform(0, math.tau), n) for n in (2, 3, 5)]
    radius = (105 if shot.close_up else 62) * (0.55 + 0.45 * shot.severity)
    centre = (WORK[0] / 2 + chance.uniform(-35, 35), WORK[1] / 2 + chance.uniform(-25, 25))
    mask = Image.new("L", WORK, 0)
    ImageDraw.Draw(mask).polygon(_outline(centre, radius, waves), fill=235)
    return mask.filter(ImageFilter.GaussianBlur(7))


def _outline(
    centre: tuple[float, float], radius: float, waves: list[tuple[float, float, int]]
) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for step in range(72):
        angle = step * math.tau / 72
        reach = radius * (1 + sum(size * math.sin(n * angle + at) for size, at, n in waves))
        points.append(
            (centre[0] + reach * math.cos(angle), centre[1] + reach * 0.8 * math.sin(angle))
        )
    return points


def _grain(picture: Image.Image, seed: int) -> Image.Image:
    tile = random.Random(seed).randbytes(128 * 96)  # noqa: S311  # a picture, not a secret
    noise = Image.frombytes("L", (128, 96), tile).resize(SIZE, Image.Resampling.BICUBIC)
    return Image.blend(picture, Image.merge("RGB", (noise, noise, noise)), 0.035)


def _write_mark(picture: Image.Image) -> None:
    ImageDraw.Draw(picture).text((24, SIZE[1] - 44), MARK, fill=(120, 90, 84), font_size=26)


# how the sensor's rows must be turned so that a viewer honouring the tag sees them upright
TURNS = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


def _as_phone_file(picture: Image.Image, shot: Shot) -> bytes:
    turn = TURNS[shot.orientation]
    if turn is not None:
        picture = picture.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = shot.orientation
    exif[MODEL] = "Made-up phone"
    times = exif.get_ifd(EXIF_IFD)
    times[MADE_AT] = shot.taken_local.strftime("%Y:%m:%d %H:%M:%S")
    times[OFFSET] = shot.taken_local.isoformat()[-6:]
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()
