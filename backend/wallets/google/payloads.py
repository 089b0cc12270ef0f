"""What Google is told: a class per program, an object per card, as plain values.

A key with None is deleted at Google, a list replaces the whole list: each payload says everything, whatever was there.
"""

import hashlib
from typing import Any, Protocol

import msgspec

from backend.loyalty.cards.code import show
from backend.wallets.google.names import class_id, object_id
from backend.wallets.google.texts import Words, labels, localized, news, text_modules
from backend.wallets.ports import CardSnapshot, NotifyReason, ProgramSnapshot

Payload = dict[str, Any]

TERMS_LENGTH_MAX = 500
"""Google cuts longer bodies on small screens; terms that are cut are worse than a link to them."""
CLASS_COMPARED = ("issuerName", "programName", "programLogo", "hexBackgroundColor", "textModulesData")
COMPARED = ("state", "barcode", "loyaltyPoints", "secondaryLoyaltyPoints", "heroImage", "textModulesData")


class PassImages(Protocol):
    """Public, stable addresses that change with their content: Google keeps what it has fetched, by address."""

    def logo_url(self, program: ProgramSnapshot) -> str:
        """660 × 660 pixels; shown in a circle."""

    def strip_url(self, program: ProgramSnapshot, stamp_count: int) -> str:
        """The row of stamps, 1032 × 336 pixels."""


def class_payload(program: ProgramSnapshot, images: PassImages, *, issuer_id: str, callback_url: str | None) -> Payload:
    """What all cards of a program share, in every language of its texts."""
    return {
        "id": class_id(issuer_id, program.program_id),
        "issuerName": program.merchant_name,
        "programName": program.card_name,
        "programLogo": _image(images.logo_url(program), Words(program, program.default_language).logo),
        "reviewStatus": "UNDER_REVIEW",  # also on updates: Google approves by itself, and refuses any other word
        "hexBackgroundColor": program.card_color.lower(),
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
        "callbackOptions": {"url": callback_url} if callback_url else None,
        **labels(program),
        "textModulesData": _class_modules(program),
        "linksModuleData": _class_links(program),
    }


def object_payload(card: CardSnapshot, images: PassImages, *, issuer_id: str) -> Payload:
    """The card as it is. Erased: nothing is left but its ids and that it is over."""
    payload: Payload = {
        "id": object_id(issuer_id, card.card_id, card.page_version),
        "classId": class_id(issuer_id, card.program.program_id),
        "state": "ACTIVE" if card.is_live else "INACTIVE",
    }
    return payload | (dict.fromkeys(PERSONAL) if card.state == "erased" else _shown(card, images))


def ended_payload(name: str, program: ProgramSnapshot, *, issuer_id: str) -> Payload:
    """What is left of an object whose links were ended."""
    payload: Payload = {"id": name, "classId": class_id(issuer_id, program.program_id), "state": "INACTIVE"}
    return payload | dict.fromkeys(PERSONAL)


def message_payload(card: CardSnapshot, reason: NotifyReason, *, rings: bool) -> Payload:
    """A message on the pass; a phone can ring for it up to three times a day.

    An update itself rings only when it changes the balance of points, and another one may have brought the news before.
    """
    header, body = news(card, reason)
    kind = "TEXT_AND_NOTIFY" if rings else "TEXT"
    return {"message": {"id": reason.value, "header": header, "body": body, "messageType": kind}}


def without_nones(payload: Payload) -> Payload:
    """For an insert, where there is nothing to delete."""
    return {key: value for key, value in payload.items() if value is not None}


def fingerprint(payload: Payload) -> bytes:
    """SHA-256; the same for the same content."""
    return hashlib.sha256(msgspec.json.encode(payload, order="deterministic")).digest()


def shows(resource: Payload, payload: Payload) -> bool:
    """Whether an object as Google lists it shows what it was last told."""
    return all(_within(resource.get(key), payload.get(key)) for key in COMPARED)


def shows_program(resource: Payload, payload: Payload) -> bool:
    """The same of a class; one that was rejected shows nothing."""
    is_told = all(_within(resource.get(key), payload.get(key)) for key in CLASS_COMPARED)
    return is_told and resource.get("reviewStatus") != "REJECTED"


def _shown(card: CardSnapshot, images: PassImages) -> Payload:
    program, words = card.program, Words(card.program, card.language)
    points = {"label": words.points, "balance": {"int": card.points_balance}}
    stamps = {"label": words.stamps, "balance": {"int": card.stamp_count}}
    first, second = {"points": (points, None), "stamps": (stamps, None), "hybrid": (points, stamps)}[program.type]
    strip = images.strip_url(program, min(card.stamp_count, program.stamps_target))
    has_stamps = program.type != "points"
    return {
        "accountId": show(card.code),
        "accountName": card.customer_name if card.is_live else None,
        "barcode": {"type": "QR_CODE", "value": card.code, "alternateText": show(card.code)},
        "loyaltyPoints": first,
        "secondaryLoyaltyPoints": second,
        "heroImage": _image(strip, words.strip(card)) if has_stamps else None,
        "textModulesData": text_modules(card) or None,
        "linksModuleData": {"uris": [{"id": "card", "uri": card.page_url, "description": words.page}]},
        # What a message has told is no news any more.
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


def _image(url: str, described: Payload) -> Payload:
    return {"sourceUri": {"uri": url}, "contentDescription": described}


def _class_modules(program: ProgramSnapshot) -> list[Payload] | None:
    words = Words(program, program.default_language)
    modules = []
    if program.stores:
        modules.append({"id": "stores", "localizedHeader": words.stores, "body": "\n".join(program.stores)})
    if program.terms_text and max(map(len, program.terms_text.values())) <= TERMS_LENGTH_MAX:
        terms = localized(program.terms_text, program.default_language)
        modules.append({"id": "terms", "localizedHeader": words.terms, "localizedBody": terms})
    return modules or None


def _class_links(program: ProgramSnapshot) -> Payload | None:
    words = Words(program, program.default_language)
    links = [("terms", program.terms_url, words.terms), ("privacy", program.privacy_url, words.privacy)]
    uris = [{"id": name, "uri": uri, "localizedDescription": told} for name, uri, told in links if uri]
    return {"uris": uris} if uris else None


def _within(found: Any, told: Any) -> bool:
    """Google adds keys of its own; those that we told must be there."""
    if isinstance(told, dict):
        return isinstance(found, dict) and all(_within(found.get(key), value) for key, value in told.items())
    if isinstance(told, list):
        return isinstance(found, list) and len(found) == len(told) and all(map(_within, found, told))
    return bool(found == told)
