import pytest

from backend.loyalty.device_sync.rules import cursor_of, difference

KNOWN = {"reward:1": "a", "reward:2": "b", "staff:3": "c"}


@pytest.mark.parametrize(
    ("present", "changed", "removed"),
    [
        (KNOWN, [], []),
        (KNOWN | {"reward:2": "x"}, ["reward:2"], []),
        (KNOWN | {"reward:9": "n"}, ["reward:9"], []),
        ({"reward:1": "a", "reward:2": "b"}, [], ["staff:3"]),
        ({}, [], ["reward:1", "reward:2", "staff:3"]),
    ],
)
def test_what_differs_is_told(present: dict[str, str], changed: list[str], removed: list[str]) -> None:
    found = difference(KNOWN, present, limit=10)
    assert (found.changed, found.removed, found.has_more) == (changed, removed, False)
    assert found.reached == present


def test_a_long_list_is_told_in_parts_and_ends_where_it_is_now() -> None:
    present = {f"reward:{number}": "x" for number in range(25)}
    known, told = dict(KNOWN), 0
    while (found := difference(known, present, limit=4)).changed or found.removed:
        told += len(found.changed) + len(found.removed)
        assert found.has_more == (found.reached != present)
        known = found.reached
    assert known == present
    assert told == 26, "reward:1 and reward:2 have changed, 23 are new, and one person is gone"


def test_a_cursor_is_the_same_for_the_same_knowledge() -> None:
    assert cursor_of(KNOWN) == cursor_of(dict(reversed(KNOWN.items())))
    assert cursor_of(KNOWN) != cursor_of(KNOWN | {"reward:1": "b"})
