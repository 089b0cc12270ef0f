"""A pass as a phone displays it, read from Google's classes and objects."""

from dataclasses import dataclass

from backend.dev.sandbox.google.passes import Passes
from backend.dev.sandbox.json_object import JsonObject


@dataclass(frozen=True, slots=True)
class DisplayedPass:
    state: str
    is_expired: bool
    """Listed among the expired passes, without its barcode."""
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
    """By label."""
    texts: list[tuple[str, str]]
    """Header and body; the object's before the class's."""
    links: list[tuple[str, str]]
    """Title and URL."""
    messages: list[tuple[str, str]]
    notification_count: int


def display_pass(passes: Passes, name: str, language: str = "en") -> DisplayedPass:
    """The pass on a phone with this language. Raises GoogleError when there is no such object."""
    resource = passes.get("loyaltyObject", name)
    card = resource.body
    program = passes.get("loyaltyClass", card["classId"]).body
    barcode = card.get("barcode", {})
    return DisplayedPass(
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
        notification_count=len(resource.notified_at),
    )


def _balances(card: JsonObject) -> dict[str, str]:
    points = [card[key] for key in ("loyaltyPoints", "secondaryLoyaltyPoints") if key in card]
    return {each.get("label", ""): str(next(iter(each["balance"].values()))) for each in points}


def _text(module: JsonObject, language: str) -> tuple[str, str]:
    return _localized(module, "header", language), _localized(module, "body", language)


def _link(uri: JsonObject, language: str) -> tuple[str, str]:
    return _localized(uri, "description", language), uri["uri"]


def _uris(part: JsonObject) -> list[JsonObject]:
    uris: list[JsonObject] = part.get("linksModuleData", {}).get("uris", [])
    return uris


def _address(image: JsonObject | None) -> str | None:
    return image["sourceUri"]["uri"] if image else None


def _localized(part: JsonObject, key: str, language: str) -> str:
    """The text in the phone's language, else the plain text, else the text in any language."""
    localized = part.get(f"localized{key.capitalize()}", {})
    texts = [localized.get("defaultValue", {}), *localized.get("translatedValues", [])]
    by_language = {each["language"]: each["value"] for each in texts if each}
    plain: str = part.get(key, "")
    return by_language.get(language) or plain or next(iter(by_language.values()), "")
