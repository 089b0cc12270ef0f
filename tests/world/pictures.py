"""Picture files as owners upload them."""

from io import BytesIO
from typing import Any

from PIL import Image


def a_picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 30), color: Any = (65, 79, 210), mode: str = "RGB", **options: Any
) -> bytes:
    file = BytesIO()
    Image.new(mode, size, color).save(file, kind, **options)
    return file.getvalue()
