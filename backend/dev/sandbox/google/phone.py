"""What a phone would show of a pass, read back from what Google was told."""

from dataclasses import dataclass
from typing import Any

from backend.dev.sandbox.google.passes import Passes

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    state: str
    is_expired: bool
    """It lies among the expired passes, without its code."""
    is_saved: bool
    issuer: str
    program: str
    color: str | None
    logo_url: str | None
    strip_url: str | None
    account_name: str | None
    account_id: str | None
    barcode: str | None
    barcode_text: str | None
    balances: dict[str, str]
    """By their labels."""
    texts: list[tuple[str, str]]
    """Header and body, the card's before the program's."""
    links: list[tuple[str, str]]
    """Title and address."""
    messages: list[tuple[str, str]]
    ring_count: int


def shown(passes: Passes, name: str, language: str = "en") -> Shown:
    """On a phone set to this language. Raises Refusal when Google has no such pass."""
    resource = passes.get("loyaltyObject", name)
    card = resource.body
    program = passes.get("loyaltyClass", card["classId"]).body
    barcode = card.get("barcode", {})
    return Shown(
        state=card["state"],
        is_expired=card["state"] != "ACTIVE",
        is_saved=card.get("hasUsers", False),
        issuer=program["issuerName"],
        program=program["programName"],
        color=program.get("hexBackgroundColor"),
        logo_url=_address(program.get("programLogo")),
        strip_url=_address(card.get("heroImage") or program.get("heroImage")),
        account_name=card.get("accountName"),
        account_id=card.get("accountId"),
        barcode=barcode.get("value"),
        barcode_text=barcode.get("alternateText"),
        balances=_balances(card),
        texts=[_text(module, language) for part in (card, program) for module in part.get("textModulesData", [])],
        links=[_link(uri, language) for part in (card, program) for uri in _uris(part)],
        messages=[(message.get("header", ""), message.get("body", "")) for message in card.get("messages", [])],
        ring_count=len(resource.rang_at),
    )


def _balances(card: JsonObject) -> dict[str, str]:
    points = [card[key] for key in ("loyaltyPoints", "secondaryLoyaltyPoints") if key in card]
    return {each.get("label", ""): str(next(iter(each["balance"].values()))) for each in points}


def _text(module: JsonObject, language: str) -> tuple[str, str]:
    return _told(module, "header", language), _told(module, "body", language)


def _link(uri: JsonObject, language: str) -> tuple[str, str]:
    return _told(uri, "description", language), uri["uri"]


def _uris(part: JsonObject) -> list[JsonObject]:
    uris: list[JsonObject] = part.get("linksModuleData", {}).get("uris", [])
    return uris


def _address(image: JsonObject | None) -> str | None:
    return image["sourceUri"]["uri"] if image else None


def _told(part: JsonObject, key: str, language: str) -> str:
    """The phone's language wins over the plain text."""
    texts = part.get(f"localized{key.capitalize()}", {})
    told = [texts.get("defaultValue", {}), *texts.get("translatedValues", [])]
    by_language = {each["language"]: each["value"] for each in told if each}
    plain: str = part.get(key, "")
    return by_language.get(language) or plain or next(iter(by_language.values()), "")
