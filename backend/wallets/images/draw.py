"""Draws images with Pillow, at three times the size and then scaled down for smooth edges. Takes up to 80 ms."""

import math
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from backend.core.colors import Color, ink_on, parsed
from backend.wallets.images.pictures import Picture

OVERSAMPLING = 3
PALETTE = 64
ROWS_MAX = 5
# Shares of width and height that stamps may cover. On a strip the number is to their left, and only the middle 123 of
# its 144 points are always visible.
AREAS = {"strip": (0.40, 0.14, 0.96, 0.86), "hero": (0.04, 0.10, 0.96, 0.90)}
STAMP_SHARE = 0.40
"""Radius of a stamp in its cell."""
FAINT, OPEN = 0.08, 0.55
"""Opacity of the shapes behind the stamps, and share of the ground color in stamps that are still missing."""

Box = tuple[float, float, float, float]


def draw(picture: Picture) -> bytes:
    """The image as PNG, with equal bytes for equal pictures."""
    width, height = (side * OVERSAMPLING for side in picture.size)
    ground = parsed(picture.color)
    image = Image.new("RGB", (width, height), ground)
    pen = ImageDraw.Draw(image)
    if picture.kind in AREAS:
        _draw_backdrop(pen, width, height, ground)
        _draw_stamps(pen, picture, _area(AREAS[picture.kind], width, height), ground)
    else:
        _draw_initial(pen, picture.letter, width, height, ground)
    return _png(image.resize(picture.size, Image.Resampling.LANCZOS))


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.quantize(PALETTE, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _area(shares: Box, width: float, height: float) -> Box:
    left, top, right, bottom = shares
    return left * width, top * height, right * width, bottom * height


def _draw_backdrop(pen: ImageDraw.ImageDraw, width: float, height: float, ground: Color) -> None:
    faint = ground.mixed(ink_on(ground), FAINT)
    _circle(pen, width * 0.12, height * 1.05, height * 0.85, faint)
    _circle(pen, width * 0.98, height * -0.05, height * 0.6, faint)


def _draw_stamps(pen: ImageDraw.ImageDraw, picture: Picture, area: Box, ground: Color) -> None:
    ink = ink_on(ground)
    missing = ink.mixed(ground, OPEN)
    for number, (x, y, radius) in enumerate(_positions(picture.stamps_target, area), start=1):
        stroke = max(OVERSAMPLING, round(radius * 0.09))
        is_collected, is_last = number <= picture.stamp_count, number == picture.stamps_target
        shape = _star if is_last else _check
        if is_collected:
            _circle(pen, x, y, radius, ink)
            shape(pen, x, y, radius, ground)
        else:
            box = (x - radius, y - radius, x + radius, y + radius)
            pen.ellipse(box, outline=missing, width=stroke)
            if is_last:
                _star(pen, x, y, radius, missing)


def _positions(target: int, area: Box) -> list[tuple[float, float, float]]:
    """Center and radius of each stamp, with the number of rows that makes stamps largest. The last row is centered."""
    if not target:
        return []
    left, top, right, bottom = area
    width, height = right - left, bottom - top
    rows = max(range(1, ROWS_MAX + 1), key=lambda rows: min(width / math.ceil(target / rows), height / rows))
    columns = math.ceil(target / rows)
    cell = min(width / columns, height / rows)
    positions = []
    for index in range(target):
        row, column = divmod(index, columns)
        in_row = min(columns, target - row * columns)
        x = left + width / 2 + (column - (in_row - 1) / 2) * cell
        y = top + height / 2 + (row - (math.ceil(target / columns) - 1) / 2) * cell
        positions.append((x, y, cell * STAMP_SHARE))
    return positions


def _draw_initial(pen: ImageDraw.ImageDraw, letter: str, width: float, height: float, ground: Color) -> None:
    ink, middle = ink_on(ground), (width / 2, height / 2)
    if letter:
        pen.text(middle, letter, fill=ink, font=ImageFont.load_default(height * 0.62), anchor="mm")
    else:
        _star(pen, *middle, height * 0.42, ink)


def _circle(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)


def _check(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    points = [(-0.42, 0.04), (-0.12, 0.34), (0.44, -0.28)]
    line = [(x + dx * radius, y + dy * radius) for dx, dy in points]
    pen.line(line, fill=color, width=max(1, round(radius * 0.19)), joint="curve")


def _star(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, color: Color) -> None:
    spikes = [(math.pi * n / 5 - math.pi / 2, 0.62 if n % 2 == 0 else 0.27) for n in range(10)]
    pen.polygon(
        [(x + math.cos(angle) * far * radius, y + math.sin(angle) * far * radius) for angle, far in spikes], fill=color
    )
