"""A form that edits what is stored. `seen:NAME` is the value it showed when it was made.

Only what differs from it is a change, so that a value that somebody else has saved meanwhile is not taken back.
"""

from collections.abc import Mapping
from typing import NamedTuple

from frontend.kit.forms import Form

SEEN = "seen:"


class Difference(NamedTuple):
    """One value as a page tells what changes; `code` stands beside its name."""

    name: str
    before: str
    after: str
    code: str = ""
    is_secret: bool = False


def fields_of(stored: Mapping[str, str], version: int) -> dict[str, str]:
    return {"version": str(version)} | dict(stored) | {f"{SEEN}{name}": text for name, text in stored.items()}


def is_changed(form: Form, name: str) -> bool:
    return form.text(name) != form.text(f"{SEEN}{name}")


def take_over(form: Form, stored: Mapping[str, str], version: int) -> dict[str, tuple[str, str]]:
    """Gives the form the present version and values where the person has changed nothing.

    Returns, by name, what the form had shown and what is stored now, where that has changed meanwhile.
    """
    moved: dict[str, tuple[str, str]] = {}
    for name, now in stored.items():
        seen = form.text(f"{SEEN}{name}")
        if seen == now:
            continue
        moved[name] = (seen, now)
        if form.text(name) == seen:
            form.fields[name] = now
        form.fields[f"{SEEN}{name}"] = now
    form.fields["version"] = str(version)
    return moved
