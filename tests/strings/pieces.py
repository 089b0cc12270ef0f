"""Pictures as Weblate takes them: no side may be longer than 2000 pixels, and those of whole pages are."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
from PIL import Image

from i18n.context import GLUE
from tests.strings.folder import OUT
from tests.strings.page import PICTURES
from tests.strings.strings_map import Place, StringsMap

LONGEST_SIDE = 2000
OVERLAP = 200
PIECES, LIST = "pieces", "weblate.json"
NAME_LENGTH_MAX = 180
"""Weblate takes 200 characters; a part needs some."""


class Unit(msgspec.Struct, frozen=True, order=True):
    context: str
    source: str
    """The English sentence; of a plural its singular."""


class Upload(msgspec.Struct, frozen=True):
    """One screenshot of Weblate: `name` and `image` for POST /api/screenshots/, `units` for its /units/."""

    name: str
    image: str
    """Relative to the list."""
    units: list[Unit]


def make_uploads(strings: StringsMap, out: Path = OUT) -> list[Upload]:
    """Cuts the pictures and writes the list, in the folder with the pictures."""
    by_picture: defaultdict[str, list[tuple[str, Place]]] = defaultdict(list)
    for key, place in sorted(strings.located.items()):
        by_picture[place.picture].append((key, place))
    (out / PIECES).mkdir(exist_ok=True)
    uploads = [upload for picture, places in sorted(by_picture.items()) for upload in _cut(out, picture, places)]
    (out / LIST).write_bytes(msgspec.json.format(msgspec.json.encode(uploads)) + b"\n")
    return uploads


def _cut(out: Path, picture: str, places: list[tuple[str, Place]]) -> Iterator[Upload]:
    path = out / PICTURES / picture
    with Image.open(path) as image:
        is_long = image.height > LONGEST_SIDE
        tops = range(0, image.height - OVERLAP if is_long else 1, LONGEST_SIDE - OVERLAP)
        pieces: defaultdict[int, list[Unit]] = defaultdict(list)
        for key, place in places:
            pieces[_piece_of(place, tops)].append(_unit(key))
        for number, units in sorted(pieces.items()):
            piece, name = path, places[0][1].stop[:NAME_LENGTH_MAX]
            if len(tops) > 1:
                piece, name = out / PIECES / f"{path.stem}-{number + 1}.jpg", f"{name}, part {number + 1}"
                bottom = min(tops[number] + LONGEST_SIDE, image.height)
                image.crop((0, tops[number], min(image.width, LONGEST_SIDE), bottom)).save(piece, quality=60)
            yield Upload(name, str(piece.relative_to(out)), sorted(units))


def _piece_of(place: Place, tops: range) -> int:
    """The last piece in which the box begins, unless it ends below it."""
    top, height = place.box[1], place.box[3]
    return max((n for n, start in enumerate(tops) if start <= top and top + height <= start + LONGEST_SIDE), default=0)


def _unit(key: str) -> Unit:
    context, _, source = key.rpartition(GLUE)
    return Unit(context, source)
