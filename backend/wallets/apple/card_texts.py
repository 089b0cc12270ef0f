"""The texts of one card's pass in one language, by the key of their field. Empty texts are left out."""

from datetime import datetime, timedelta

from backend.wallets.apple.program_texts import ProgramTexts
from backend.wallets.ports import CardSnapshot
from i18n.translator import N_, NN_

EXPIRY_NEWS = timedelta(days=14)
"""Points that expire within this time are mentioned on the lock screen."""
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


def card_texts(card: CardSnapshot, program_texts: ProgramTexts, language: str, now: datetime) -> dict[str, str]:
    """`program_texts`: what is the same for all cards of the program."""
    if card.state == "erased":
        return {"news": program_texts.say(NOT_VALID)}
    next_reward = card.program.in_language(card.next_reward or {}, language)
    expiry = _expiry(card.next_expiry_at, card.next_expiry_points, program_texts) if card.next_expiry_at else ""
    is_soon = card.next_expiry_at is not None and card.next_expiry_at - now <= EXPIRY_NEWS
    texts = {
        # As text too: watches show no strip.
        "stamps": f"{program_texts.number(card.stamp_count)}/{program_texts.number(card.program.stamps_target)}",
        "points": program_texts.number(card.points_balance),
        "remaining": program_texts.number(_remaining(card)),
        "reward": next_reward if card.program.type == "points" else program_texts.stamp_reward,
        "news": " ".join(_news(card, program_texts, [expiry] if is_soon else [])),
        "next_reward": _priced(card, next_reward, program_texts),
        "expiry": expiry,
        "debt": _counted(card.debt_points, program_texts, DEBT) if card.debt_points else "",
    }
    return {key: text for key, text in texts.items() if text}


def _remaining(card: CardSnapshot) -> int:
    if card.program.type == "points":
        return card.missing_points
    return max(0, card.program.stamps_target - card.stamp_count)


def _news(card: CardSnapshot, program_texts: ProgramTexts, expiring: list[str]) -> list[str]:
    """The text of the lock screen. It contains all that may change, so that every change is one message."""
    if not card.is_live:
        return [program_texts.say(NOT_VALID)]
    program, sentences = card.program, []
    if program.type != "points":
        target, count = program_texts.number(program.stamps_target), program_texts.number(card.stamp_count)
        sentences.append(program_texts.count(HAS_STAMPS, program.stamps_target, count=count, target=target))
    if card.reward_ready:
        sentences.append(program_texts.say(REWARD_READY, reward=program_texts.stamp_reward))
    if program.type != "stamps":
        sentences.append(_counted(card.points_balance, program_texts, HAS_POINTS))
    return sentences + expiring


def _expiry(expiry_at: datetime, points: int, program_texts: ProgramTexts) -> str:
    return _counted(points, program_texts, POINTS_EXPIRE, date=program_texts.last_day(expiry_at))


def _priced(card: CardSnapshot, reward: str, program_texts: ProgramTexts) -> str:
    if card.next_reward is None or card.program.type == "stamps":
        return ""
    return _counted(card.next_reward_points, program_texts, PRICED, reward=reward)


def _counted(number: int, program_texts: ProgramTexts, forms: tuple[str, str], **values: str) -> str:
    return program_texts.count(forms, number, count=program_texts.number(number), **values)
