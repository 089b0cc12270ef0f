"""Cards as wallet providers get them, without a database behind."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from backend.wallets.ports import CardSnapshot, ProgramSnapshot

CODE = "BDFHKLNPRSTVXGCJ"
PROGRAM = ProgramSnapshot(
    merchant_id=UUID("0193aaaa-0000-7000-8000-000000000001"),
    program_id=UUID("0193aaaa-0000-7000-8000-000000000002"),
    merchant_name="Fashion Group",
    name="Fashion Club",
    card_name="Fashion Card",
    card_color="#0F5C4B",
    logo_url=None,
    type="hybrid",
    stamps_target=10,
    stamp_reward={"en": "A free scarf", "fr": "Un foulard offert"},
    terms_text={"en": "One point per euro.", "fr": "Un point par euro."},
    terms_url="https://fashion.example/terms",
    privacy_url="https://fashion.example/privacy",
    default_language="fr",
    timezone="Europe/Luxembourg",
    stores=["Fashion Hub", "Fashion Outlet"],
)
CARD = CardSnapshot(
    card_id=UUID("0193aaaa-0000-7000-8000-000000000003"),
    version=1,
    state="active",
    code=CODE,
    customer_name="Marie Weber",
    language="en",
    points_balance=80,
    debt_points=0,
    stamp_count=3,
    next_expiry_at=None,
    next_expiry_points=0,
    next_reward={"en": "Tote bag", "fr": "Sac en toile"},
    next_reward_points=100,
    page_url="https://orion.example/c/secret-of-the-card",
    program=PROGRAM,
)
SOON = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)


def a_snapshot(program: dict[str, Any] | None = None, **facts: Any) -> CardSnapshot:
    """Marie's card, but for these facts."""
    return replace(CARD, program=replace(PROGRAM, **(program or {})), **facts)


class PlainImages:
    """Addresses that tell what they would show."""

    def logo_url(self, program: ProgramSnapshot) -> str:
        return program.logo_url or "https://orion.example/i/logo.png"

    def strip_url(self, program: ProgramSnapshot, stamp_count: int) -> str:
        return f"https://orion.example/i/stamps-{stamp_count}-of-{program.stamps_target}.png"
