"""What a pass says, from a card's snapshot: plain values in, a pass out; no clock and no database."""

from dataclasses import dataclass
from datetime import datetime

from backend.loyalty.cards import code as card_code
from backend.wallets.apple.card_texts import card_texts
from backend.wallets.apple.pass_model import LoyaltyPass, PassField
from backend.wallets.apple.wording import Wording, content_of, wording_of
from backend.wallets.images.colors import ink_on, parsed
from backend.wallets.ports import CardSnapshot

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class PassFacts:
    """What the pass needs beside the card."""

    pass_type: str
    team: str
    serial: str
    auth_token: str
    web_service_url: str
    """Without `/v1`, which the phone adds."""
    last_modified: datetime


def loyalty_pass(card: CardSnapshot, facts: PassFacts, now: datetime) -> LoyaltyPass:
    """A store card in the customer's language; one that is not active is void, one that is erased names nobody."""
    built, program = LoyaltyPass(), card.program
    words = wording_of(content_of(program), card.language)
    built.passTypeIdentifier, built.teamIdentifier = facts.pass_type, facts.team
    built.serialNumber, built.authenticationToken = facts.serial, facts.auth_token
    built.webServiceURL = facts.web_service_url
    built.organizationName = built.logoText = program.merchant_name
    built.description = words.description
    ground = parsed(program.card_color)
    built.set_colors(ground, ink_on(ground))
    if not card.is_live:
        built.voided = True
        built.expirationDate = facts.last_modified.strftime("%Y-%m-%dT%H:%M:%SZ")
    if card.state != "erased":
        built.set_barcode(card.code, card_code.show(card.code))
    built.texts = card_texts(card, words, card.language, now)
    _fill(built, card, words)
    return built


def _fill(built: LoyaltyPass, card: CardSnapshot, words: Wording) -> None:
    information, labels, texts = built.passInformation, words.labels, built.texts
    information.backFields = [PassField("news", texts["news"], labels["news"], change_message="%@")]
    if card.state == "erased":
        return

    def fields(told: Texts, *keys: str) -> list[PassField]:
        return [PassField(key, told[key], labels[key]) for key in keys if key in told]

    information.primaryFields = fields(texts, "points" if card.program.type == "points" else "stamps")
    information.headerFields = fields(texts, "points" if card.program.type == "hybrid" else "remaining")
    if "reward" in texts:
        label = labels["reward_ready" if card.reward_ready else "reward"]
        information.secondaryFields = [PassField("reward", texts["reward"], label)]
    if card.customer_name:
        information.auxiliaryFields = fields({"customer": card.customer_name}, "customer")
    information.backFields += fields(texts, "next_reward", "expiry", "debt")
    told = _links(card) | {"terms": words.terms, "privacy": card.program.privacy_url or ""}
    information.backFields += fields({key: text for key, text in told.items() if text}, *told)


def _links(card: CardSnapshot) -> Texts:
    return {"page": card.page_url, "code": card_code.show(card.code), "stores": "\n".join(card.program.stores)}
