"""Turns an uploaded file into a picture that is safe to show: decoded, scaled down and written again.

The result contains only pixels: no metadata, such as the position of the camera, and no data after the image.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from backend.loyalty.pictures.problems import PictureUnreadable

FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS_MAX = 20_000_000
SIDE_MAX = 1200
"""Three times the width at which pages show it, for dense screens."""
JPEG_QUALITY = 85
SCAN, SCANS_MAX = b"\xff\xda", 300
"""Each scan of a progressive JPEG costs the time of the whole picture, and may take 40 bytes. Cameras write about ten;
in 8 MiB of any other data the marker occurs 128 times by chance."""
GRAY_16_BIT = {"I", "I;16", "I;16B", "I;16L"}


@dataclass(frozen=True, slots=True)
class NormalizedPicture:
    hash: str
    media_type: str
    width: int
    height: int
    body: bytes


def normalize(file: bytes) -> NormalizedPicture:
    """Equal bytes for equal files. Takes up to a second; call it in a thread. Raises PictureUnreadable."""
    image = _decode(file)
    image.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    body, media_type = _encode(image)
    return NormalizedPicture(hashlib.sha256(body).hexdigest(), media_type, image.width, image.height, body)


def _decode(file: bytes) -> Image.Image:
    try:
        return _read(file)
    except PictureUnreadable:
        raise
    except Exception as error:
        # Damaged files make Pillow raise nearly anything.
        raise PictureUnreadable from error


def _read(file: bytes) -> Image.Image:
    # Pillow warns of a picture with very many pixels, and refuses twice as many.
    with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(file), formats=FORMATS) as image:
        if image.width * image.height > PIXELS_MAX or file.count(SCAN) > SCANS_MAX:
            raise PictureUnreadable
        # A JPEG is decoded at a fraction of its size when that is enough.
        image.draft("RGB", (SIDE_MAX, SIDE_MAX))
        ImageOps.exif_transpose(image, in_place=True)
        shown = _in_srgb(_in_8_bits(image))
        plain = shown.convert("RGBA" if shown.has_transparency_data else "RGB")
    # Pillow writes a JPEG's comment again.
    plain.info.clear()
    return plain


def _in_8_bits(image: Image.Image) -> Image.Image:
    """Pillow would cut off gray values above 255."""
    if image.mode not in GRAY_16_BIT:
        return image
    gray = image.convert("I").point(lambda value: value / 256).convert("L")
    gray.info.clear()
    return gray


def _in_srgb(image: Image.Image) -> Image.Image:
    """Converts to the colors that a browser assumes: phones store a wider range with a profile."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA"}:
        return image
    try:
        converted = ImageCms.profileToProfile(image, BytesIO(profile), ImageCms.createProfile("sRGB"))
    except ImageCms.PyCMSError:
        return image
    return converted or image


def _encode(image: Image.Image) -> tuple[bytes, str]:
    """PNG for images with transparency, JPEG otherwise. All browsers and mail programs show both."""
    output = BytesIO()
    if image.mode == "RGBA":
        image.save(output, "PNG", optimize=True)
        return output.getvalue(), "image/png"
    image.save(output, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return output.getvalue(), "image/jpeg"
