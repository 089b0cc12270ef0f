"""Converts a pass stored on a sandbox phone into the face that is drawn."""

from collections.abc import Iterable

from backend.dev.sandbox.schemas import ShownFact, ShownPass
from frontend.kit.passes import Fact, PassFace, Wallet
from i18n.translator import get_translator


def face_of(wallet: Wallet, installed: ShownPass, language: str) -> PassFace:
    customer = (
        [Fact(get_translator(language).pgettext("label on a wallet pass", "Customer"), installed.customer)]
        if installed.customer
        else []
    )
    return PassFace(
        wallet=wallet,
        issuer=installed.issuer,
        title=installed.title,
        color=installed.color,
        figures=_facts(installed.figures),
        main=Fact(installed.main.label, installed.main.value) if installed.main else None,
        details=_facts(installed.details),
        more=[*customer, *_facts(installed.more)],
        strip_image=installed.strip_image,
        logo_image=installed.logo_image,
        code=installed.code,
        is_over=installed.is_over,
    )


def _facts(facts: Iterable[ShownFact]) -> list[Fact]:
    return [Fact(fact.label, fact.value) for fact in facts]
