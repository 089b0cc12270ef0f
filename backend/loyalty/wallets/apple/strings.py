"""What a pass says, in every language a phone may be set to: tables that Apple looks whole texts of pass.json up in."""

from collections.abc import Iterator, Mapping

from backend.loyalty.wallets.apple.assets import Asset
from backend.loyalty.wallets.apple.pass_model import PLACES, LoyaltyPass

# UTF-8 is read as an empty table.
MARK, ENCODING = b"\xff\xfe", "utf-16-le"

Texts = dict[tuple[str, str], str]


def string_tables(built: LoyaltyPass, translated: Mapping[str, LoyaltyPass]) -> list[Asset]:
    """`translated`: the same pass in every language. Also in that of pass.json: a phone without a table for its own
    language takes its reader's second one.
    """
    sources = _texts(built)
    tables = {language: _texts(other) for language, other in translated.items()}
    differing = [place for place, text in sources.items() if any(t.get(place, text) != text for t in tables.values())]
    return [
        Asset.of(
            f"{language}.lproj/pass.strings", _table({sources[at]: texts.get(at, sources[at]) for at in differing})
        )
        for language, texts in tables.items()
    ]


def _texts(built: LoyaltyPass) -> Texts:
    return {("pass", "description"): built.description} | dict(_field_texts(built))


def _field_texts(built: LoyaltyPass) -> Iterator[tuple[tuple[str, str], str]]:
    for place in PLACES:
        for field in getattr(built.passInformation, place):
            yield (field.key, "value"), str(field.value)
            if label := getattr(field, "label", ""):
                yield (field.key, "label"), label


def _table(texts: Mapping[str, str]) -> bytes:
    lines = [f'"{_escaped(source)}" = "{_escaped(text)}";\n' for source, text in texts.items()]
    return MARK + "".join(lines).encode(ENCODING)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
