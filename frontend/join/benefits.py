"""What the program offers a new customer, with its real figures."""

from fractions import Fraction

from backend.loyalty.programs.schemas import PublicProgram
from i18n.formatting import get_formatter
from i18n.translator import Translator, get_translator


def describe_benefits(program: PublicProgram, language: str) -> str:
    """One line: points per euro, the reward of a full stamp card, and the welcome bonus."""
    translator = get_translator(language)
    parts = []
    if program.type != "stamps":
        parts.append(_points(translator, Fraction(program.terms.points_per_euro)))
    if program.type != "points":
        parts.append(_stamps(translator, program.terms.stamps_target, program.terms.stamp_reward))
    if bonus := program.terms.welcome_bonus_points:
        parts.append(
            translator.ngettext(
                "%(points)s point as a welcome gift.",
                "%(points)s points as a welcome gift.",
                bonus,
                points=get_formatter(language).points(bonus),
            )
        )
    return " ".join(parts)


def _points(translator: Translator, per_euro: Fraction) -> str:
    points, euros = per_euro.numerator, per_euro.denominator
    if euros == 1:
        return translator.ngettext(
            "%(points)s point for every euro you spend, on your phone.",
            "%(points)s points for every euro you spend, on your phone.",
            points,
            points=points,
        )
    return translator.ngettext(
        "%(points)s point for every %(euros)s euros you spend, on your phone.",
        "%(points)s points for every %(euros)s euros you spend, on your phone.",
        points,
        points=points,
        euros=euros,
    )


def _stamps(translator: Translator, target: int, reward: str) -> str:
    if not reward:
        return translator.ngettext(
            "A stamp on every visit, a reward after %(target)s stamp.",
            "A stamp on every visit, a reward after %(target)s stamps.",
            target,
            target=target,
        )
    return translator.ngettext(
        "A stamp on every visit. After %(target)s stamp: %(reward)s.",
        "A stamp on every visit. After %(target)s stamps: %(reward)s.",
        target,
        target=target,
        reward=reward,
    )
