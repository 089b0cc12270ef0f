"""The texts of a pass: the card's in its language, the program's in all languages."""

from typing import Any

from backend.wallets.ports import CardSnapshot, NotifyReason, ProgramSnapshot
from i18n.formatting import get_formatter
from i18n.locales import LANGUAGES, html_language
from i18n.translator import N_, NN_, PN_, get_translator

POINTS, STAMPS = PN_("label on a wallet pass", "Points"), PN_("label on a wallet pass", "Stamps")
# NOTE: before the customer’s name
NAME = PN_("label on a wallet pass", "Name")
CARD_CODE = N_("Card code")
STORES = N_("Where your card works")
TERMS, PRIVACY = PN_("label on a wallet pass", "Terms"), PN_("label on a wallet pass", "Privacy")
LOGO = N_("Logo of %(merchant)s")
STRIP = NN_("%(count)s of %(target)s stamp", "%(count)s of %(target)s stamps")
PAGE = N_("Your card online")
FOR_STAMPS, FOR_POINTS = N_("For your stamps"), N_("For your points")
REWARD_READY, SHOW = N_("Your reward is ready"), N_("Show your card at the till.")
READY = N_("%(reward)s is yours: show your card at the till.")
STAMPS_MISSING = NN_("%(reward)s after %(count)s more stamp.", "%(reward)s after %(count)s more stamps.")
POINTS_MISSING = NN_("%(reward)s after %(count)s more point.", "%(reward)s after %(count)s more points.")
EXPIRY = N_("Points expiring soon")
EXPIRING = NN_("%(count)s point expires on %(day)s.", "%(count)s points expire on %(day)s.")
DEBT = N_("Points from a return")
OWED = NN_(
    "%(count)s point of a returned purchase is taken from the next ones you earn.",
    "%(count)s points of a returned purchase are taken from the next ones you earn.",
)

Localized = dict[str, Any]


def localized(texts: dict[str, str], default_language: str) -> Localized:
    """A `LocalizedString`: the default language first, the others as translations."""
    default = default_language if default_language in texts else next(iter(texts))
    others = [_translated(language, text) for language, text in texts.items() if language != default]
    return {"defaultValue": _translated(default, texts[default])} | ({"translatedValues": others} if others else {})


def account_labels(program: ProgramSnapshot) -> dict[str, Any]:
    """Labels of the account's fields, in the default language and in all languages."""
    labels, default = ProgramLabels(program, program.default_language), get_translator(program.default_language)
    return {
        "accountNameLabel": default.gettext(NAME),
        "localizedAccountNameLabel": labels.in_all_languages(NAME),
        "accountIdLabel": default.gettext(CARD_CODE),
        "localizedAccountIdLabel": labels.in_all_languages(CARD_CODE),
    }


def text_modules(card: CardSnapshot) -> list[dict[str, str]]:
    """Rewards, expiry and debt: at most four of the ten texts that Google shows."""
    translator = get_translator(card.language)
    modules = [
        ("stamp_reward", FOR_STAMPS, _stamp_reward(card)),
        ("reward", FOR_POINTS, _reward(card)),
        ("expiry", EXPIRY, _expiry(card)),
        ("debt", DEBT, _counted(card, OWED, card.debt_points) if card.debt_points else ""),
    ]
    return [{"id": name, "header": translator.gettext(head), "body": body} for name, head, body in modules if body]


def message_text(card: CardSnapshot, reason: NotifyReason) -> tuple[str, str]:
    """Header and body of a message. The body may be empty."""
    say = get_translator(card.language).gettext
    if reason is NotifyReason.REWARD_READY:
        return say(REWARD_READY), _stamp_reward(card) or say(SHOW)
    return say(EXPIRY), _expiry(card)


class ProgramLabels:
    """Short texts, in one language or, for a class, in all languages."""

    def __init__(self, program: ProgramSnapshot, language: str) -> None:
        self._program, self._language = program, language
        self._translator = get_translator(language)
        self.points = self._translator.gettext(POINTS)
        self.stamps = self._translator.gettext(STAMPS)
        self.page = self._translator.gettext(PAGE)

    @property
    def stores(self) -> Localized:
        return self.in_all_languages(STORES)

    @property
    def terms(self) -> Localized:
        return self.in_all_languages(TERMS)

    @property
    def privacy(self) -> Localized:
        return self.in_all_languages(PRIVACY)

    @property
    def logo(self) -> Localized:
        return self.in_all_languages(LOGO, merchant=self._program.merchant_name)

    def strip(self, card: CardSnapshot) -> Localized:
        """Alternative text of the image."""
        target = self._program.stamps_target
        text = self._translator.ngettext(*STRIP, target, count=card.stamp_count, target=target)
        return localized({self._language: text}, self._language)

    def in_all_languages(self, source: str, **values: str) -> Localized:
        """This language first."""
        languages = dict.fromkeys([self._language, *LANGUAGES])
        texts = {language: get_translator(language).gettext(source, **values) for language in languages}
        return localized(texts, self._language)


def _stamp_reward(card: CardSnapshot) -> str:
    program = card.program
    reward = program.in_language(program.stamp_reward, card.language)
    if program.type == "points" or not reward:
        return ""
    if card.reward_ready:
        return get_translator(card.language).gettext(READY, reward=reward)
    return _counted(card, STAMPS_MISSING, program.stamps_target - card.stamp_count, reward=reward)


def _reward(card: CardSnapshot) -> str:
    if card.program.type == "stamps" or not card.next_reward:
        return ""
    reward = card.program.in_language(card.next_reward, card.language)
    if not card.missing_points:
        return get_translator(card.language).gettext(READY, reward=reward)
    return _counted(card, POINTS_MISSING, card.missing_points, reward=reward)


def _expiry(card: CardSnapshot) -> str:
    if card.next_expiry_at is None or not card.next_expiry_points:
        return ""
    day = get_formatter(card.language, card.program.timezone).last_day(card.next_expiry_at)
    return _counted(card, EXPIRING, card.next_expiry_points, day=day)


def _counted(card: CardSnapshot, forms: tuple[str, str], number: int, **values: object) -> str:
    count = get_formatter(card.language).points(number)
    return get_translator(card.language).ngettext(*forms, number, count=count, **values)


def _translated(language: str, text: str) -> dict[str, str]:
    return {"language": html_language(language), "value": text}
