"""Chooses the best place of each sentence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from i18n.catalogs import (
    ROOT,
    TEMPLATE,
    key,
    messages,
    number_sentences,
    read_catalog,
    sources,
    translations,
)
from i18n.locales import LANGUAGES
from i18n.pseudo import pseudo
from i18n.room import map_key
from i18n.translator import Key, catalog_path
from tests.strings.found import Box, FoundStop, FoundText
from tests.strings.room import Room
from tests.strings.strings_map import Place, StringsMap

GRID = 8
"""Pixels to which boxes are rounded."""
SAME = 32
"""Pixels by which a box may differ between two runs: names and addresses are drawn anew in each."""
Seen = tuple[FoundStop, FoundText]


def map_strings(stops: Sequence[FoundStop], room: Room, former: StringsMap) -> StringsMap:
    """`stops`: the better ones first. Keeps the places of the former map as long as they show the sentence."""
    numbers, longest = number_sentences(), longest_texts()
    seen: defaultdict[int, list[Seen]] = defaultdict(list)
    for stop in stops:
        for text in stop.texts:
            seen[text.number].append((stop, text))
    located, unlocated = {}, {}
    for message in messages(read_catalog(ROOT / TEMPLATE)):
        said, files = key(message), sorted({file for file, _ in message.locations})
        number, name = numbers[said], map_key(said)
        if number in seen:
            letters = max(room[number], longest[said]) if number in room else None
            located[name] = _place(seen[number], files, letters, former.located.get(name))
        else:
            unlocated[name] = files
    return StringsMap(located, unlocated)


def longest_texts() -> Mapping[Key, int]:
    """Characters of the longest text of each sentence: a translation, or that of the pseudo-language, which fits."""
    longest: defaultdict[Key, int] = defaultdict(int)
    for message in messages(read_catalog(ROOT / TEMPLATE)):
        longest[key(message)] = max(len(pseudo(source)) for source in sources(message))
    for language in LANGUAGES:
        for message in messages(read_catalog(catalog_path(language), language)):
            longest[key(message)] = max(longest[key(message)], *map(len, translations(message)))
    return longest


def _place(seen: Iterable[Seen], files: list[str], letters: int | None, former: Place | None) -> Place:
    best = min(seen, key=lambda one: _rank(one, former))
    stop, text = best
    box = _rounded(text.box)
    if former and former.stop == stop.stop and all(abs(a - b) <= SAME for a, b in zip(box, former.box, strict=True)):
        box = former.box
    return Place(
        stop.stop, stop.path, stop.picture, box, files, _kind(text), not text.is_visible, stop.is_specimen, letters
    )


def _rank(seen: Seen, former: Place | None) -> tuple[bool, ...]:
    """Visible texts first, then what the former map says. Of equals the first one is chosen."""
    stop, text = seen
    is_former = former is not None and (former.stop, former.kind) == (stop.stop, _kind(text))
    return not text.is_visible, bool(_kind(text)), stop.is_specimen, not is_former


def _kind(text: FoundText) -> str:
    return "" if text.kind == "text" else text.kind


def _rounded(box: Box) -> Box:
    left, top, width, height = (round(side / GRID) * GRID for side in box)
    return left, top, max(width, GRID), max(height, GRID)
