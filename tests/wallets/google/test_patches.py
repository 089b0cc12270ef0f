"""After a patch a pass shows the current card, and nothing of a former state."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.dev.sandbox.google.account import ISSUER_ID
from backend.dev.sandbox.google.passes import Passes, ServedType
from backend.wallets.google.payloads import class_payload, object_payload, without_nones
from backend.wallets.ports import CardSnapshot, ProgramSnapshot
from i18n.locales import LANGUAGES
from tests.world.passes import PROGRAM, SOON, PlainImages, a_snapshot

languages = st.sampled_from(LANGUAGES)
texts = st.dictionaries(languages, st.text("aé%ß ", min_size=1, max_size=20), max_size=4)
programs = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["stamps", "points", "hybrid"]),
        "stamps_target": st.integers(1, 50),
        "stamp_reward": texts,
        "terms_text": texts,
        "terms_url": st.sampled_from([None, "https://fashion.example/terms"]),
        "privacy_url": st.sampled_from([None, "https://fashion.example/privacy"]),
        "default_language": languages,
        "stores": st.lists(st.text("ab", min_size=1, max_size=5), max_size=3),
        "card_color": st.sampled_from(["#0F5C4B", "#ffffff"]),
    }
)
cards = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["active", "deactivated", "merged", "erased"]),
        "customer_name": st.sampled_from([None, "Marie Weber", "Zoé"]),
        "language": languages,
        "points_balance": st.integers(0, 10**6),
        "debt_points": st.integers(0, 5),
        "stamp_count": st.integers(0, 60),
        "next_expiry_at": st.sampled_from([None, SOON]),
        "next_expiry_points": st.integers(0, 3),
        "next_reward": st.none() | texts,
        "next_reward_points": st.integers(0, 500),
    }
)
snapshots = st.builds(lambda program, card: a_snapshot(program, **card), programs, cards)


def told_class(program: ProgramSnapshot) -> dict[str, Any]:
    return class_payload(program, PlainImages(), issuer_id=ISSUER_ID, callback_url=None)


def told_object(card: CardSnapshot) -> dict[str, Any]:
    return object_payload(card, PlainImages(), issuer_id=ISSUER_ID)


def google_with(*cards_in_order: CardSnapshot) -> Passes:
    """Inserted with the first, patched with the others."""
    passes = Passes(ISSUER_ID)
    first, *others = cards_in_order
    passes.insert("loyaltyClass", without_nones(told_class(first.program)))
    passes.insert("loyaltyObject", without_nones(told_object(first)))
    for card in others:
        passes.patch("loyaltyClass", told_class(card.program)["id"], told_class(card.program))
        passes.patch("loyaltyObject", told_object(card)["id"], told_object(card))
    return passes


@pytest.mark.slow
@given(st.lists(snapshots, min_size=1, max_size=3), snapshots)
def test_the_last_state_is_all_there_is(before: list[CardSnapshot], last: CardSnapshot) -> None:
    patched, fresh = google_with(*before, last), google_with(last)
    names: dict[ServedType, str] = {
        "loyaltyClass": told_class(last.program)["id"],
        "loyaltyObject": told_object(last)["id"],
    }
    for kind, name in names.items():
        assert patched.get(kind, name).body == fresh.get(kind, name).body


@given(snapshots)
def test_no_text_is_half_filled(card: CardSnapshot) -> None:
    told = repr(told_object(card)) + repr(told_class(card.program))
    assert "%(" not in told


def test_programs_have_names_of_their_own() -> None:
    other = a_snapshot({"program_id": UUID(int=1)}).program
    assert told_class(other)["id"] != told_class(PROGRAM)["id"]
