"""Every state of a link, and what moves it to another one."""

import itertools
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Executable, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.core.clock import clock
from backend.loyalty.cards.models import Card as CardRow
from backend.wallets.link_state import (
    CARD_OF_LINK,
    IS_OUT_OF_DATE,
    opened,
    reopened,
    retried,
    state_after,
    with_new_attempts,
)
from backend.wallets.models import WalletLink
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.schemas import LinkState
from tests.wallets.conftest import Wallet
from tests.world.till import Card

SET_STATE = "UPDATE wallet_links SET status = $2, attempts = 3, next_attempt_at = now() WHERE card_id = $1"


async def put_into(superuser: asyncpg.Connection, card: Card, state: LinkState) -> None:
    await superuser.execute(SET_STATE, UUID(card["id"]), state.value)


async def after(wallet: Wallet, card: Card, statement: Executable) -> tuple[str, int]:
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        await session.execute(statement)
    link = await wallet.link(card)
    return link["status"], link["attempts"]


@pytest.mark.parametrize(
    ("before", "result"),
    [
        (LinkState.ACTIVE, ("active", 3)),
        (LinkState.FAILED, ("active", 0)),
        (LinkState.REMOVED, ("removed", 3)),
    ],
)
async def test_a_failed_link_is_reopened_or_retried_and_no_other_changes(
    wallet: Wallet, superuser: asyncpg.Connection, before: LinkState, result: tuple[str, int]
) -> None:
    card = await wallet.a_card()
    key = {"merchant_id": wallet.shop.merchant_id, "card_id": UUID(card["id"]), "provider": "google"}
    for move in (reopened, retried):
        await put_into(superuser, card, before)
        assert await after(wallet, card, move(update(WalletLink).filter_by(**key))) == result


@pytest.mark.parametrize("before", LinkState)
async def test_a_link_that_is_there_is_not_opened_again(
    wallet: Wallet, superuser: asyncpg.Connection, before: LinkState
) -> None:
    card = await wallet.a_card()
    await put_into(superuser, card, before)
    key = {"merchant_id": wallet.shop.merchant_id, "card_id": UUID(card["id"]), "provider": "google"}
    link = insert(WalletLink).values(**key, external_id="google-1", created_at=clock.now())
    assert await after(wallet, card, opened(link)) == (before, 3)


@pytest.mark.parametrize("before", LinkState)
async def test_new_attempts_make_every_link_active(
    wallet: Wallet, superuser: asyncpg.Connection, before: LinkState
) -> None:
    card = await wallet.a_card()
    await put_into(superuser, card, before)
    statement = with_new_attempts(update(WalletLink).where(WalletLink.card_id == UUID(card["id"])))
    assert await after(wallet, card, statement) == ("active", 0)


def test_an_attempt_ends_a_link_of_an_erased_card_and_fails_one_that_is_refused() -> None:
    ends = {
        (kind, is_erased): state_after(kind, is_erased=is_erased)
        for kind, is_erased in itertools.product(OutcomeKind, (False, True))
    }
    assert [end for end, state in ends.items() if state is LinkState.REMOVED] == [(OutcomeKind.SYNCED, True)]
    assert {kind for (kind, _), state in ends.items() if state is LinkState.FAILED} == {OutcomeKind.FAILED}


@pytest.mark.parametrize("ahead", [-1, 0, 1, 5])
async def test_the_lease_and_the_queries_agree_on_what_is_out_of_date(
    wallet: Wallet, superuser: asyncpg.Connection, ahead: int
) -> None:
    card = await wallet.a_card()
    card_id = UUID(card["id"])
    await superuser.execute("UPDATE cards SET wallet_version = wallet_version + $2 WHERE id = $1", card_id, ahead)
    async with wallet.sync.sessions.committing(wallet.shop.merchant_id) as session:
        query = select(IS_OUT_OF_DATE).select_from(WalletLink).join(CardRow, CARD_OF_LINK)
        is_out_of_date = await session.scalar(query.where(WalletLink.card_id == card_id))
    is_pushed = (await wallet.update(card)).kind is not OutcomeKind.CLEAN
    assert is_out_of_date == is_pushed == (ahead > 0)
