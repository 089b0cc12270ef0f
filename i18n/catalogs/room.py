"""How long the translation of a sentence may be where its place cannot grow: `i18n/strings.json`, which `make strings`
measures.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from i18n.catalogs.entries import Key
from i18n.context import with_context


def map_key(key: Key) -> str:
    sentence, context = key
    return with_context(context, sentence) if context else sentence


def read_room(root: Path) -> Mapping[str, int]:
    """Letters, by `map_key`. Sentences whose place can grow, or was not measured, are left out."""
    measured = root / "i18n" / "strings.json"
    located = json.loads(measured.read_text("utf-8"))["located"] if measured.exists() else {}
    return {name: place["max"] for name, place in located.items() if "max" in place}
