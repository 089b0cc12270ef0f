"""What is sent to Google: a class per program, an object per card, as plain values.

Google deletes a key with null and replaces whole lists, so each payload contains the complete state.
"""

import hashlib
from typing import Any, Protocol

import msgspec

from backend.loyalty.cards.code import show
from backend.wallets.google.names import class_id, object_id
from backend.wallets.google.pass_texts import ProgramLabels, account_labels, localized, message_text, text_modules
from backend.wallets.ports import CardSnapshot, NotifyReason, ProgramSnapshot

Payload = dict[str, Any]

TERMS_LENGTH_MAX = 500
"""Google cuts longer texts on small screens. Longer terms are shown as a link only."""
CLASS_COMPARED = ("issuerName", "programName", "programLogo", "hexBackgroundColor", "textModulesData")
COMPARED = ("state", "barcode", "loyaltyPoints", "secondaryLoyaltyPoints", "heroImage", "textModulesData")


class ImageUrls(Protocol):
    """Public URLs of images. The URL changes with the content, because Google caches by URL."""

    def logo_url(self, program: ProgramSnapshot) -> str:
        """660 × 660 pixels, shown in a circle."""

    def strip_url(self, program: ProgramSnapshot, stamp_count: int) -> str:
        """The row of stamps, 1032 × 336 pixels."""


def class_payload(program: ProgramSnapshot, images: ImageUrls, *, issuer_id: str, callback_url: str | None) -> Payload:
    """What all cards of a program share, in all languages of its texts."""
    return {
        "id": class_id(issuer_id, program.program_id),
        "issuerName": program.merchant_name,
        "programName": program.card_name,
        "programLogo": _image(images.logo_url(program), ProgramLabels(program, program.default_language).logo),
        "reviewStatus": "UNDER_REVIEW",  # also on updates: Google approves by itself, and refuses other values
        "hexBackgroundColor": program.card_color.lower(),
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
        "callbackOptions": {"url": callback_url} if callback_url else None,
        **account_labels(program),
        "textModulesData": _class_modules(program),
        "linksModuleData": _class_links(program),
    }


def object_payload(card: CardSnapshot, images: ImageUrls, *, issuer_id: str) -> Payload:
    """The card's state. An erased card has only its ids and the state INACTIVE."""
    payload: Payload = {
        "id": object_id(issuer_id, card.card_id, card.page_version),
        "classId": class_id(issuer_id, card.program.program_id),
        "state": "ACTIVE" if card.is_live else "INACTIVE",
    }
    return payload | (dict.fromkeys(PERSONAL) if card.state == "erased" else _content(card, images))


def ended_payload(name: str, program: ProgramSnapshot, *, issuer_id: str) -> Payload:
    """An object of former links: inactive and empty."""
    payload: Payload = {"id": name, "classId": class_id(issuer_id, program.program_id), "state": "INACTIVE"}
    return payload | dict.fromkeys(PERSONAL)


def message_payload(card: CardSnapshot, reason: NotifyReason, *, notifies: bool) -> Payload:
    """A message on the pass, for which the phone shows a notification up to three times a day.

    An update notifies by itself only when it changes the balance of points.
    """
    header, body = message_text(card, reason)
    kind = "TEXT_AND_NOTIFY" if notifies else "TEXT"
    return {"message": {"id": reason.value, "header": header, "body": body, "messageType": kind}}


def without_nones(payload: Payload) -> Payload:
    """For an insert, which has nothing to delete."""
    return {key: value for key, value in payload.items() if value is not None}


def fingerprint(payload: Payload) -> bytes:
    """SHA-256 of the content."""
    return hashlib.sha256(msgspec.json.encode(payload, order="deterministic")).digest()


def shows(resource: Payload, payload: Payload) -> bool:
    """Whether an object, as Google lists it, shows what was sent last."""
    return all(_contains(resource.get(key), payload.get(key)) for key in COMPARED)


def shows_program(resource: Payload, payload: Payload) -> bool:
    """The same for a class. A rejected class shows nothing."""
    is_equal = all(_contains(resource.get(key), payload.get(key)) for key in CLASS_COMPARED)
    return is_equal and resource.get("reviewStatus") != "REJECTED"


def _content(card: CardSnapshot, images: ImageUrls) -> Payload:
    program, labels = card.program, ProgramLabels(card.program, card.language)
    points = {"label": labels.points, "balance": {"int": card.points_balance}}
    stamps = {"label": labels.stamps, "balance": {"int": card.stamp_count}}
    first, second = {"points": (points, None), "stamps": (stamps, None), "hybrid": (points, stamps)}[program.type]
    strip = images.strip_url(program, min(card.stamp_count, program.stamps_target))
    has_stamps = program.type != "points"
    return {
        "accountId": show(card.code),
        "accountName": card.customer_name if card.is_live else None,
        "barcode": {"type": "QR_CODE", "value": card.code, "alternateText": show(card.code)},
        "loyaltyPoints": first,
        "secondaryLoyaltyPoints": second,
        "heroImage": _image(strip, labels.strip(card)) if has_stamps else None,
        "textModulesData": text_modules(card) or None,
        "linksModuleData": {"uris": [{"id": "card", "uri": card.page_url, "description": labels.page}]},
        # The message about the reward is outdated.
        **({} if card.reward_ready else {"messages": None}),
    }


PERSONAL = (
    "accountId",
    "accountName",
    "barcode",
    "loyaltyPoints",
    "secondaryLoyaltyPoints",
    "heroImage",
    "textModulesData",
    "linksModuleData",
    "messages",
)


def _image(url: str, description: Payload) -> Payload:
    return {"sourceUri": {"uri": url}, "contentDescription": description}


def _class_modules(program: ProgramSnapshot) -> list[Payload] | None:
    labels = ProgramLabels(program, program.default_language)
    modules = []
    if program.stores:
        modules.append({"id": "stores", "localizedHeader": labels.stores, "body": "\n".join(program.stores)})
    if program.terms_text and max(map(len, program.terms_text.values())) <= TERMS_LENGTH_MAX:
        terms = localized(program.terms_text, program.default_language)
        modules.append({"id": "terms", "localizedHeader": labels.terms, "localizedBody": terms})
    return modules or None


def _class_links(program: ProgramSnapshot) -> Payload | None:
    labels = ProgramLabels(program, program.default_language)
    links = [("terms", program.terms_url, labels.terms), ("privacy", program.privacy_url, labels.privacy)]
    uris = [{"id": name, "uri": uri, "localizedDescription": text} for name, uri, text in links if uri]
    return {"uris": uris} if uris else None


def _contains(shown: Any, sent: Any) -> bool:
    """Google adds keys of its own; those that were sent have to be there."""
    if isinstance(sent, dict):
        return isinstance(shown, dict) and all(_contains(shown.get(key), value) for key, value in sent.items())
    if isinstance(sent, list):
        return isinstance(shown, list) and len(shown) == len(sent) and all(map(_contains, shown, sent))
    return bool(shown == sent)
