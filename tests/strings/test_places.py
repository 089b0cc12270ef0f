from i18n.catalogs.room import map_key
from i18n.catalogs.templates import number_sentences
from tests.strings.found import Box, FoundStop, FoundText
from tests.strings.places import map_strings, settled
from tests.strings.strings_map import Place, StringsMap

SAID = ("Add points", None)
NUMBER, NAME = number_sentences()[SAID], map_key(SAID)
BOX = (16, 160, 80, 24)
FILES = ["frontend/till/card/actions.html"]


def stop(
    name: str, *, kind: str = "text", is_visible: bool = True, box: Box = BOX, is_specimen: bool = False
) -> FoundStop:
    text = FoundText(NUMBER, "Add points", kind, is_visible, box)
    return FoundStop("walk", name, "/till", f"{name}.jpg", (1280, 800), [text], is_specimen)


def place_of(*stops: FoundStop, room: int | None = None) -> Place:
    return map_strings(stops, {} if room is None else {NUMBER: room}).located[NAME]


def test_a_visible_text_of_a_page_is_the_best_place_of_a_sentence() -> None:
    hidden, option = stop("hidden", is_visible=False), stop("option", kind="option")
    specimen, page, another = stop("specimen", is_specimen=True), stop("page"), stop("another")
    assert place_of(hidden, option, specimen, page, another).stop == "page"
    assert place_of(hidden, option, specimen).stop == "specimen"
    assert place_of(hidden, option).stop == "option"
    assert place_of(hidden).is_hidden


def test_a_box_is_rounded_and_never_empty() -> None:
    assert place_of(stop("page", box=(13, 163, 77, 1))).box == (16, 160, 80, 8)


def test_there_is_room_for_the_longest_text_of_today_and_for_more_where_it_fits() -> None:
    page = stop("page")
    assert place_of(page).max is None
    assert place_of(page, room=90).max == 90
    assert place_of(page, room=1).max == len("Ajouter des points")


def test_a_sentence_without_a_place_keeps_its_sources() -> None:
    strings = map_strings([], {})
    assert strings.located == {}
    assert all(files for files in strings.unlocated.values())


def test_a_place_stays_in_the_map_while_it_is_as_good_as_the_new_one() -> None:
    lower, wider, other = (16, 400, 80, 24), (16, 160, 240, 24), stop("other")
    former = StringsMap({NAME: Place("page", "/till", "page.jpg", BOX, FILES)}, {})

    def kept(*stops: FoundStop) -> Place:
        return settled(map_strings(stops, {}), former, [*stops, stop("page")]).located[NAME]

    assert kept(stop("page", box=lower)).box == BOX
    assert kept(stop("page", box=wider)).box == wider
    assert kept(other).stop == "page"
    assert settled(map_strings([other], {}), former, [other]).located[NAME].stop == "other"
    assert NAME in settled(map_strings([], {}), former, [stop("page")]).located
