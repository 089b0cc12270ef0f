"""Checks that sentences with a number have a plural."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from polib import POEntry

from i18n.catalogs.entries import sources
from i18n.checks.finding import Fault
from i18n.placeholders import value_names

TABLE = Path(__file__).with_suffix(".toml")


class UncountedSentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason` is for developers."""

    reason: Annotated[str, msgspec.Meta(min_length=3)]
    english: frozenset[str]


class ValueKinds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of values: `numbers` need a plural, `texts` do not."""

    numbers: frozenset[str]
    texts: frozenset[str]
    uncounted: tuple[UncountedSentences, ...]

    def is_uncounted(self, english: str) -> bool:
        return any(english in each.english for each in self.uncounted)


@cache
def value_kinds() -> ValueKinds:
    return msgspec.toml.decode(TABLE.read_bytes(), type=ValueKinds)


def number_faults(entry: POEntry) -> Iterator[Fault]:
    kinds, english = value_kinds(), sources(entry)
    names = value_names(" ".join(english))
    for name in sorted(names - kinds.numbers - kinds.texts):
        yield "unknown_value", f"say in i18n/checks/{TABLE.name} whether {name} is a number"
    numbers = sorted(names & kinds.numbers)
    if len(english) == 1 and numbers and not kinds.is_uncounted(english[0]):
        yield "no_plural", f"{', '.join(numbers)} needs a plural: ngettext, NN_ or {{% pluralize %}}"
