"""How long the translation of a sentence may be where its place cannot grow: `i18n/strings.json`, which `make strings`
measures.
"""

import json
from collections.abc import Mapping
from functools import cache

from i18n.catalogs.entries import Key
from i18n.catalogs.paths import ROOT
from i18n.context import with_context

MEASURED = ROOT / "i18n" / "strings.json"


def map_key(key: Key) -> str:
    sentence, context = key
    return with_context(context, sentence) if context else sentence


def find_room(key: Key) -> int | None:
    """In characters; None where a place can grow, or was not measured."""
    return _measured().get(map_key(key))


@cache
def _measured() -> Mapping[str, int]:
    located = json.loads(MEASURED.read_text("utf-8"))["located"] if MEASURED.exists() else {}
    return {key: place["max"] for key, place in located.items() if "max" in place}
