"""Chooses the best place of each sentence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from i18n.catalogs.entries import Key, entries, key_of, sources, translations
from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import read_po
from i18n.catalogs.room import map_key
from i18n.catalogs.templates import number_sentences, template_entries
from i18n.locales import TRANSLATED_LANGUAGES
from i18n.pseudo import pseudo
from tests.strings.found import Box, FoundStop, FoundText
from tests.strings.room import Room
from tests.strings.strings_map import Place, StringsMap

GRID = 8
"""Pixels to which boxes are rounded."""
SAME = 32
"""Pixels by which a box may differ between two runs: names and addresses are drawn anew in each."""
FEW = 10
"""Letters by which a limit may differ between two runs."""
Seen = tuple[FoundStop, FoundText]
Rank = tuple[bool, bool, bool]
"""Lower is better: visible, a text of the page, on a page of Orion."""


def map_strings(stops: Sequence[FoundStop], room: Room) -> StringsMap:
    """`stops`: the better ones first."""
    numbers, longest = number_sentences(), longest_texts()
    seen: defaultdict[int, list[Seen]] = defaultdict(list)
    for stop in stops:
        for text in stop.texts:
            seen[text.number].append((stop, text))
    located, unlocated = {}, {}
    for entry in template_entries():
        said, files = key_of(entry), sorted({file for file, _ in entry.occurrences})
        number, name = numbers[said], map_key(said)
        if number in seen:
            letters = max(room[number], longest[said]) if number in room else None
            located[name] = _place(min(seen[number], key=_rank), files, letters)
        else:
            unlocated[name] = files
    return StringsMap(located, unlocated)


def settled(new: StringsMap, former: StringsMap, stops: Iterable[FoundStop]) -> StringsMap:
    """The new map with the former places that are as good, as long as their stops exist.

    What a page shows depends on the walks before: to commit only what has changed, places are kept. A place that is
    wrong now goes with the whole file: remove it before the run.
    """
    names, wanted = {stop.stop for stop in stops}, {*new.located, *new.unlocated}
    located, unlocated = dict(new.located), dict(new.unlocated)
    for name, place in former.located.items():
        if place.stop not in names or name not in wanted:
            continue
        present = new.located.get(name)
        if present is None:
            located[name] = place
            del unlocated[name]
        elif _rank_of(place) <= _rank_of(present):
            kept = structs.replace(place, files=present.files, max=_limit(place.max, present.max))
            located[name] = kept if present.stop != place.stop or _is_alike(place, present) else present
    return StringsMap(located, unlocated)


def longest_texts() -> Mapping[Key, int]:
    """Characters of the longest text of each sentence: a translation, or that of the pseudo-language, which fits."""
    longest: defaultdict[Key, int] = defaultdict(int)
    for entry in template_entries():
        longest[key_of(entry)] = max(len(pseudo(source)) for source in sources(entry))
    for path in (path for language in TRANSLATED_LANGUAGES for path in catalog_paths(language)):
        for entry in entries(read_po(path)):
            longest[key_of(entry)] = max(longest[key_of(entry)], *map(len, translations(entry)))
    return longest


def _place(seen: Seen, files: list[str], letters: int | None) -> Place:
    stop, text = seen
    kind, box = "" if text.kind == "text" else text.kind, _rounded(text.box)
    return Place(stop.stop, stop.path, stop.picture, box, files, kind, not text.is_visible, stop.is_specimen, letters)


def _rank(seen: Seen) -> Rank:
    """Of equals the first one is chosen."""
    stop, text = seen
    return not text.is_visible, text.kind != "text", stop.is_specimen


def _rank_of(place: Place) -> Rank:
    return place.is_hidden, bool(place.kind), place.is_specimen


def _is_alike(place: Place, other: Place) -> bool:
    """Whatever stands above and before them."""
    sizes = zip(place.box[2:], other.box[2:], strict=True)
    return all(abs(side - other_side) <= SAME for side, other_side in sizes)


def _limit(former: int | None, new: int | None) -> int | None:
    """A slightly lower one is no news: some neighbors are drawn anew in each run."""
    is_alike = former is not None and new is not None and 0 <= former - new <= FEW
    return former if is_alike else new


def _rounded(box: Box) -> Box:
    left, top, width, height = (round(side / GRID) * GRID for side in box)
    return left, top, max(width, GRID), max(height, GRID)
