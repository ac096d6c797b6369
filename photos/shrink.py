"""From a stripped file to small upright sRGB pictures, with one decode."""

import io
from functools import cache

import pillow_heif
from PIL import Image, ImageCms

from photos.limits import PhotoRefusedError, Refusal
from photos.media import MediaType

_ORIENTATION = 0x0112
# A display picture may have 1600 to 2048 px on its long edge: wide enough that the usual phone
# sizes (4000, 4032, 4080, 8064, 8160 …) divide into it. The JPEG decoder then yields the half or
# quarter size straight from its coefficients, several times cheaper than decoding and resizing.
_DISPLAY_LEAST, _DISPLAY_MOST, _DISPLAY_USUAL = 1600, 2048, 2016
_DIVISORS = (8, 4, 2)
_FORMATS = {
    MediaType.JPEG: "JPEG",
    MediaType.PNG: "PNG",
    MediaType.WEBP: "WEBP",
    MediaType.HEIC: "HEIF",
    MediaType.AVIF: "AVIF",
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def open_photo(data: bytes, media_type: MediaType, max_pixels: int) -> Image.Image:
    """Read the header only. Raises PhotoRefusedError (too_many_pixels, animated, damaged)."""
    try:
        image = Image.open(io.BytesIO(data), formats=(_FORMATS[media_type],))
    except Image.DecompressionBombError as error:
        raise PhotoRefusedError(Refusal.TOO_MANY_PIXELS) from error
    except Exception as error:  # each decoder has its own errors for a bad header
        raise PhotoRefusedError(Refusal.DAMAGED) from error
    if image.width * image.height > max_pixels:
        raise PhotoRefusedError(Refusal.TOO_MANY_PIXELS)
    if getattr(image, "n_frames", 1) > 1:
        raise PhotoRefusedError(Refusal.ANIMATED)
    return image


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height in px as a person sees them."""
    across = _orientation(image) >= 5
    return (image.height, image.width) if across else (image.width, image.height)


def display_picture(image: Image.Image) -> Image.Image:
    """Upright sRGB picture of at most 2048 px; never larger than the original.

    Raises PhotoRefusedError (damaged): this is where the pixels are decoded.
    """
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    try:
        _ask_for_fewer_pixels(image)
        small = _fit(_plain(image))
    except Exception as error:  # each decoder has its own errors for bad pixels
        raise PhotoRefusedError(Refusal.DAMAGED) from error
    if orientation in _TURNS:
        small = small.transpose(_TURNS[orientation])
    return _to_srgb(_on_white(small), profile)


def smaller(image: Image.Image, longest: int) -> Image.Image:
    """A copy whose long edge has at most `longest` px."""
    if max(image.size) <= longest:
        return image.copy()
    width, height = (max(1, round(edge * longest / max(image.size))) for edge in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def jpeg_bytes(image: Image.Image, quality: int) -> bytes:
    """The picture as JPEG; nothing but the picture."""
    image.info.clear()  # Pillow would write back a comment or resolution it finds here
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def _orientation(image: Image.Image) -> int:
    # HEIC arrives already turned by its decoder, which then says 1 here.
    return int(image.getexif().get(_ORIENTATION, 1))


def _ask_for_fewer_pixels(image: Image.Image) -> None:
    if image.format != "JPEG":
        return
    longest = max(image.size)
    divisor = next((d for d in _DIVISORS if longest // d >= _DISPLAY_LEAST), 1)
    if divisor > 1:
        width, height = (max(1, edge // divisor) for edge in image.size)
        image.draft(image.mode, (width, height))


def _plain(image: Image.Image) -> Image.Image:
    """Modes that can be resized: no palettes, no 16 bits."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"1", "P", "PA"}:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.load()
    return image


def _fit(image: Image.Image) -> Image.Image:
    return image if max(image.size) <= _DISPLAY_MOST else smaller(image, _DISPLAY_USUAL)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in {"RGBA", "LA"}:
        return image
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as an sRGB screen shows them; a profile that cannot be used is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(source).startswith("sRGB"):
                turned = ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB")
                return turned or image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
