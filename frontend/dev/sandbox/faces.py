"""Converts a pass stored on a sandbox phone into the face that is drawn."""

from collections.abc import Iterable

from backend.dev.sandbox.schemas import ShownFact, ShownPass
from frontend.kit.passes import Fact, PassFace, Wallet
from i18n.translator import get_translator


def face_of(wallet: Wallet, shown: ShownPass, language: str) -> PassFace:
    customer = [Fact(get_translator(language).gettext("Customer"), shown.customer)] if shown.customer else []
    return PassFace(
        wallet=wallet,
        issuer=shown.issuer,
        title=shown.title,
        color=shown.color,
        figures=_facts(shown.figures),
        main=Fact(shown.main.label, shown.main.value) if shown.main else None,
        details=_facts(shown.details),
        more=[*customer, *_facts(shown.more)],
        strip_image=shown.strip_image,
        logo_image=shown.logo_image,
        code=shown.code,
        is_over=shown.is_over,
    )


def _facts(shown: Iterable[ShownFact]) -> list[Fact]:
    return [Fact(fact.label, fact.value) for fact in shown]
