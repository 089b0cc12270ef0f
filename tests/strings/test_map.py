from i18n.catalogs.entries import key_of
from i18n.catalogs.room import map_key
from i18n.catalogs.templates import template_entries
from i18n.checks.translations.sentences import sentence_faults
from tests.strings.folder import MAP
from tests.strings.places import longest_texts
from tests.strings.strings_map import read_map, written

ENOUGH = 0.9
"""A few new sentences do not make anybody walk past all pages."""


def test_the_map_of_the_sentences_is_written_as_a_new_run_would_write_it() -> None:
    assert MAP.read_bytes() == written(read_map(MAP))


def test_nine_of_ten_sentences_are_located() -> None:
    known = read_map(MAP).located
    wanted = [map_key(key_of(entry)) for entry in template_entries()]
    assert sum(name in known for name in wanted) / len(wanted) >= ENOUGH, "run `make strings`"


def test_most_places_are_pages_and_not_specimens() -> None:
    places = read_map(MAP).located.values()
    assert sum(not place.is_specimen for place in places) > len(places) / 2
    assert all(place.page.startswith("/") or place.is_specimen or place.stop.startswith("email") for place in places)


def test_there_is_room_for_every_translation_of_today() -> None:
    places = read_map(MAP).located
    longest = {map_key(said): letters for said, letters in longest_texts().items()}
    limited = {name: place.max for name, place in places.items() if place.max is not None}
    assert len(limited) > 200
    assert {name: limit for name, limit in limited.items() if longest.get(name, 0) > limit} == {}


def test_a_button_of_120_letters_is_refused() -> None:
    (entry,) = [entry for entry in template_entries() if entry.msgid == "Add points"]
    entry.msgstr = "P" * 120
    assert "too_long" in {kind for kind, _ in sentence_faults(entry, "fr")}
