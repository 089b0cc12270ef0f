"""The texts of one card's pass in one language, by the key of their field; those that are empty are not there."""

from datetime import datetime, timedelta

from backend.wallets.apple.wording import Wording
from backend.wallets.ports import CardSnapshot
from i18n.translator import N_, NN_

EXPIRY_NEWS = timedelta(days=14)
"""Points that expire this soon are mentioned on the lock screen."""
HAS_STAMPS = NN_("You have %(count)s of %(target)s stamps.", "You have %(count)s of %(target)s stamps.")
HAS_POINTS = NN_("You have %(count)s point.", "You have %(count)s points.")
POINTS_EXPIRE = NN_("%(count)s point expires on %(date)s.", "%(count)s points expire on %(date)s.")
DEBT = NN_(
    "%(count)s point of a returned purchase is still to be earned back.",
    "%(count)s points of a returned purchase are still to be earned back.",
)
PRICED = NN_("%(reward)s for %(count)s point", "%(reward)s for %(count)s points")
REWARD_READY = N_("Your reward is ready: %(reward)s.")
NOT_VALID = N_("This card is no longer valid.")


def card_texts(card: CardSnapshot, words: Wording, language: str, now: datetime) -> dict[str, str]:
    """What is the same for all cards of a program is in its wording."""
    if card.state == "erased":
        return {"news": words.say(NOT_VALID)}
    next_reward = card.program.in_language(card.next_reward or {}, language)
    expiry = _expiry(card.next_expiry_at, card.next_expiry_points, words) if card.next_expiry_at else ""
    is_soon = card.next_expiry_at is not None and card.next_expiry_at - now <= EXPIRY_NEWS
    texts = {
        # As text too: watches show no strip.
        "stamps": f"{words.number(card.stamp_count)}/{words.number(card.program.stamps_target)}",
        "points": words.number(card.points_balance),
        "remaining": words.number(_remaining(card)),
        "reward": next_reward if card.program.type == "points" else words.stamp_reward,
        "news": " ".join(_news(card, words, [expiry] if is_soon else [])),
        "next_reward": _priced(card, next_reward, words),
        "expiry": expiry,
        "debt": _counted(card.debt_points, words, DEBT) if card.debt_points else "",
    }
    return {key: text for key, text in texts.items() if text}


def _remaining(card: CardSnapshot) -> int:
    if card.program.type == "points":
        return card.missing_points
    return max(0, card.program.stamps_target - card.stamp_count)


def _news(card: CardSnapshot, words: Wording, expiring: list[str]) -> list[str]:
    """The one text that speaks on the lock screen. All that may change is in it, so that one change is one line."""
    if not card.is_live:
        return [words.say(NOT_VALID)]
    program, told = card.program, []
    if program.type != "points":
        target, count = words.number(program.stamps_target), words.number(card.stamp_count)
        told.append(words.count(HAS_STAMPS, program.stamps_target, count=count, target=target))
    if card.reward_ready:
        told.append(words.say(REWARD_READY, reward=words.stamp_reward))
    if program.type != "stamps":
        told.append(_counted(card.points_balance, words, HAS_POINTS))
    return told + expiring


def _expiry(expiry_at: datetime, points: int, words: Wording) -> str:
    return _counted(points, words, POINTS_EXPIRE, date=words.last_day(expiry_at))


def _priced(card: CardSnapshot, reward: str, words: Wording) -> str:
    if card.next_reward is None or card.program.type == "stamps":
        return ""
    return _counted(card.next_reward_points, words, PRICED, reward=reward)


def _counted(number: int, words: Wording, forms: tuple[str, str], **told: str) -> str:
    return words.count(forms, number, count=words.number(number), **told)
