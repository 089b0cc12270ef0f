"""Builds the content of a pass from a card's snapshot. Plain values only: no clock and no database."""

from dataclasses import dataclass
from datetime import datetime

from backend.core.colors import ink_on, parsed
from backend.loyalty.cards import code as card_code
from backend.wallets.apple.card_texts import card_texts
from backend.wallets.apple.pass_model import LoyaltyPass, PassField
from backend.wallets.apple.program_texts import ProgramTexts, encoded_program, program_texts
from backend.wallets.ports import CardSnapshot

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class PassFacts:
    """What the pass contains beside the card."""

    pass_type: str
    team: str
    serial: str
    auth_token: str
    web_service_url: str
    """Without `/v1`, which the phone adds."""
    last_modified: datetime


def loyalty_pass(card: CardSnapshot, facts: PassFacts, now: datetime) -> LoyaltyPass:
    """A store card in the customer's language. An inactive card is void; an erased one has no personal data."""
    built, program = LoyaltyPass(), card.program
    shared = program_texts(encoded_program(program), card.language)
    built.passTypeIdentifier, built.teamIdentifier = facts.pass_type, facts.team
    built.serialNumber, built.authenticationToken = facts.serial, facts.auth_token
    built.webServiceURL = facts.web_service_url
    built.organizationName = built.logoText = program.merchant_name
    built.description = shared.description
    ground = parsed(program.card_color)
    built.set_colors(ground, ink_on(ground))
    if not card.is_live:
        built.voided = True
        built.expirationDate = facts.last_modified.strftime("%Y-%m-%dT%H:%M:%SZ")
    if card.state != "erased":
        built.set_barcode(card.code, card_code.show(card.code))
    built.texts = card_texts(card, shared, card.language, now)
    _fill(built, card, shared)
    return built


def _fill(built: LoyaltyPass, card: CardSnapshot, shared: ProgramTexts) -> None:
    information, labels, texts = built.passInformation, shared.labels, built.texts
    information.backFields = [PassField("news", texts["news"], labels["news"], change_message="%@")]
    if card.state == "erased":
        return

    def fields(values: Texts, *keys: str) -> list[PassField]:
        return [PassField(key, values[key], labels[key]) for key in keys if key in values]

    information.primaryFields = fields(texts, "points" if card.program.type == "points" else "stamps")
    information.headerFields = fields(texts, "points" if card.program.type == "hybrid" else "remaining")
    if "reward" in texts:
        label = labels["reward_ready" if card.reward_ready else "reward"]
        information.secondaryFields = [PassField("reward", texts["reward"], label)]
    if card.customer_name:
        information.auxiliaryFields = fields({"customer": card.customer_name}, "customer")
    information.backFields += fields(texts, "next_reward", "expiry", "debt")
    links = _links(card) | {"terms": shared.terms, "privacy": card.program.privacy_url or ""}
    information.backFields += fields({key: text for key, text in links.items() if text}, *links)


def _links(card: CardSnapshot) -> Texts:
    return {"page": card.page_url, "code": card_code.show(card.code), "stores": "\n".join(card.program.stores)}
