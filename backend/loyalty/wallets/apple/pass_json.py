"""What a pass says, from a card's snapshot: plain values in, a pass out; no clock and no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

from backend.loyalty.cards import code as card_code
from backend.loyalty.wallets.apple.pass_model import LoyaltyPass, PassField
from backend.loyalty.wallets.images.colors import ink_on, parsed
from backend.loyalty.wallets.ports import CardSnapshot, ProgramSnapshot
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, Translator, get_translator

EXPIRY_NEWS = timedelta(days=14)
"""Points that expire this soon are mentioned on the lock screen."""
HAS_STAMPS = NN_("You have %(count)s of %(target)s stamps.", "You have %(count)s of %(target)s stamps.")
HAS_POINTS = NN_("You have %(count)s point.", "You have %(count)s points.")
POINTS_EXPIRE = NN_("%(count)s point expires on %(date)s.", "%(count)s points expire on %(date)s.")
DEBT = NN_(
    "%(count)s point of a returned purchase is still to be earned back.",
    "%(count)s points of a returned purchase are still to be earned back.",
)
REWARD_READY = N_("Your reward is ready: %(reward)s.")
NOT_VALID = N_("This card is no longer valid.")


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


class _Words:
    """In the customer's language and the merchant's zone."""

    def __init__(self, card: CardSnapshot) -> None:
        translator: Translator = get_translator(card.language)
        self.say, self.count = translator.gettext, translator.ngettext
        self.number = partial(_number, card.language)
        self.date = partial(_date, card.language, card.program.timezone)
        self.text = partial(card.program.in_language, language=card.language)


@lru_cache(maxsize=8192)
def _number(language: str, number: int) -> str:
    """Balances are small and repeat; formatting one takes as long as all the rest of a pass' text."""
    return get_formatter(language).number(number)


@lru_cache(maxsize=8192)
def _date(language: str, timezone: str, moment: datetime) -> str:
    return get_formatter(language, timezone).date(moment)


def loyalty_pass(card: CardSnapshot, facts: PassFacts, now: datetime) -> LoyaltyPass:
    """A store card in the customer's language; one that is not active is void, one that is erased names nobody."""
    built, words, program = LoyaltyPass(), _Words(card), card.program
    built.passTypeIdentifier, built.teamIdentifier = facts.pass_type, facts.team
    built.serialNumber, built.authenticationToken = facts.serial, facts.auth_token
    built.webServiceURL = facts.web_service_url
    built.organizationName = built.logoText = program.merchant_name
    built.description = words.say(
        N_("%(card)s from %(merchant)s"), card=program.card_name, merchant=program.merchant_name
    )
    ground = parsed(program.card_color)
    built.set_colors(ground, ink_on(ground))
    if not card.is_live:
        built.voided = True
        built.expirationDate = facts.last_modified.strftime("%Y-%m-%dT%H:%M:%SZ")
    if card.state == "erased":
        built.passInformation.backFields = [PassField("news", words.say(NOT_VALID), words.say(N_("Card")))]
    else:
        built.set_barcode(card.code, card_code.show(card.code))
        _fill(built, card, words, now)
    return built


def _fill(built: LoyaltyPass, card: CardSnapshot, words: _Words, now: datetime) -> None:
    information = built.passInformation
    stamps, points = _stamps(card, words), _points(card, words)
    main = points if card.program.type == "points" else stamps
    information.primaryFields = [main]
    information.headerFields = [points if card.program.type == "hybrid" else _remaining(card, words)]
    information.secondaryFields = _reward(card, words)
    if card.customer_name:
        information.auxiliaryFields = [PassField("customer", card.customer_name, words.say(N_("Customer")))]
    information.backFields = [_news(card, words, now), *_back(card, words)]


def _stamps(card: CardSnapshot, words: _Words) -> PassField:
    """As text too: watches show no strip."""
    value = f"{words.number(card.stamp_count)}/{words.number(card.program.stamps_target)}"
    return PassField("stamps", value, words.say(N_("Stamps")))


def _points(card: CardSnapshot, words: _Words) -> PassField:
    return PassField("points", words.number(card.points_balance), words.say(N_("Points")))


def _remaining(card: CardSnapshot, words: _Words) -> PassField:
    have, need = (
        (card.points_balance, card.next_reward_points)
        if card.program.type == "points"
        else (card.stamp_count, card.program.stamps_target)
    )
    return PassField("remaining", words.number(max(0, need - have)), words.say(N_("To go")))


def _reward(card: CardSnapshot, words: _Words) -> list[PassField]:
    named = card.next_reward if card.program.type == "points" else card.program.stamp_reward
    text = words.text(named or {})
    label = N_("Reward ready") if card.reward_ready else N_("Next reward")
    return [PassField("reward", text, words.say(label))] if text else []


def _news(card: CardSnapshot, words: _Words, now: datetime) -> PassField:
    """The one field that speaks on the lock screen. All that may change is in it, so that one change is one line."""
    if not card.is_live:
        return PassField("news", words.say(NOT_VALID), words.say(N_("Card")), change_message="%@")
    return PassField("news", " ".join(_sentences(card, words, now)), words.say(N_("Card")), change_message="%@")


def _sentences(card: CardSnapshot, words: _Words, now: datetime) -> list[str]:
    program, told = card.program, []
    if program.type != "points":
        target = words.number(program.stamps_target)
        told.append(
            words.count(*HAS_STAMPS, program.stamps_target, count=words.number(card.stamp_count), target=target)
        )
    if card.reward_ready:
        told.append(words.say(REWARD_READY, reward=words.text(program.stamp_reward)))
    if program.type != "stamps":
        told.append(words.count(*HAS_POINTS, card.points_balance, count=words.number(card.points_balance)))
    if card.next_expiry_at is not None and card.next_expiry_at - now <= EXPIRY_NEWS:
        told.append(_expiry(card, card.next_expiry_at, words))
    return told


def _expiry(card: CardSnapshot, expiry_at: datetime, words: _Words) -> str:
    # Points expire at the very end of a day, which is the first moment of the day after.
    last_day = words.date(expiry_at - timedelta(microseconds=1))
    count = card.next_expiry_points
    return words.count(*POINTS_EXPIRE, count, count=words.number(count), date=last_day)


def _back(card: CardSnapshot, words: _Words) -> list[PassField]:
    program, label = card.program, words.say
    expiry = _expiry(card, card.next_expiry_at, words) if card.next_expiry_at else ""
    debt = words.count(*DEBT, card.debt_points, count=words.number(card.debt_points)) if card.debt_points else ""
    told = [
        ("next_reward", label(N_("Next reward for points")), _priced_reward(card, words)),
        ("expiry", label(N_("Expiry")), expiry),
        ("debt", label(N_("Returned purchases")), debt),
        ("page", label(N_("My card on the web")), card.page_url),
        ("code", label(N_("Card code")), card_code.show(card.code)),
        ("stores", label(N_("Where it works")), "\n".join(program.stores)),
        ("terms", label(N_("Terms")), _terms(program, words)),
        ("privacy", label(N_("Privacy")), program.privacy_url or ""),
    ]
    return [PassField(key, text, name) for key, name, text in told if text]


def _priced_reward(card: CardSnapshot, words: _Words) -> str:
    if card.next_reward is None or card.program.type == "stamps":
        return ""
    points = card.next_reward_points
    return words.count(
        *NN_("%(reward)s for %(count)s point", "%(reward)s for %(count)s points"),
        points,
        reward=words.text(card.next_reward),
        count=words.number(points),
    )


def _terms(program: ProgramSnapshot, words: _Words) -> str:
    return "\n\n".join(filter(None, (words.text(program.terms_text), program.terms_url)))
