"""The committed map `i18n/strings.json`: where each sentence shows. It changes only when the pages do."""

from pathlib import Path

import msgspec

from tests.strings.found import Box


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """`stop` names the state of the page; `page` is the pattern of its address, empty for emails and specimens."""

    stop: str
    page: str
    picture: str
    box: Box
    """What stands above and before it may move it: `make strings` renews it only when it has another size."""
    files: list[str]
    """The sources with the sentence."""
    kind: str = ""
    """Empty for a text, or else: option, template, title (of the window), or the attribute it stands in."""
    is_hidden: bool = msgspec.field(name="hidden", default=False)
    """In what is not shown: the title of a window, a text for screen readers, a closed menu."""
    is_specimen: bool = msgspec.field(name="specimen", default=False)
    """The picture shows no page of Orion, but the same component with the sentence."""
    max: int | None = None
    """Characters of a translation; None where the place can grow."""


class StringsMap(msgspec.Struct, frozen=True):
    """Both by `i18n.catalogs.room.map_key`."""

    located: dict[str, Place]
    unlocated: dict[str, list[str]]
    """With the sources."""


def read_map(path: Path) -> StringsMap:
    """Empty where there is none."""
    if not path.exists():
        return StringsMap({}, {})
    return msgspec.json.decode(path.read_bytes(), type=StringsMap)


def written(strings: StringsMap) -> bytes:
    """A line for each sentence, sorted."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    parts = [
        b'"%b":{\n%b\n}'
        % (name.encode(), b",\n".join(b"%b:%b" % (encode(key), encode(rows[key])) for key in sorted(rows)))
        for name, rows in (("located", strings.located), ("unlocated", strings.unlocated))
    ]
    return b"{%b}\n" % b",\n".join(parts)
