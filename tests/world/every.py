"""One test for many things alike: thousands of tests of microseconds each take minutes to be counted and told."""

from collections.abc import Callable, Mapping
from typing import TypeVar

ThingT = TypeVar("ThingT")


def for_every(things: Mapping[str, ThingT]) -> Callable[[Callable[[ThingT], None]], Callable[[], None]]:
    """Decorates a test of one thing. It is done for all of them, and names those that fail."""

    def of_all(test: Callable[[ThingT], None]) -> Callable[[], None]:
        def tested() -> None:
            assert things
            failed: dict[str, str] = {}
            for name, thing in things.items():
                try:
                    test(thing)
                except AssertionError as error:
                    failed[name] = str(error)
            assert failed == {}

        tested.__doc__, tested.__module__ = test.__doc__, test.__module__
        return tested

    return of_all
