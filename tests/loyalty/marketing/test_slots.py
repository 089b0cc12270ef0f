"""One marketing email a day to a mailbox, over all merchants."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from backend.core.clock import clock
from backend.loyalty.marketing.rules import PAUSE
from backend.loyalty.marketing.slots import forget_slots, take_slot
from backend.services import Services


@pytest.fixture
def mailbox() -> str:
    return f"{uuid4().hex}@gmail.com"


async def take(services: Services, email: str, email_id: UUID, now: datetime) -> datetime | None:
    async with services.sessions.committing() as session:
        return await take_slot(session, services.key_ring, email, email_id, now)


async def test_the_second_email_of_a_day_waits_until_the_first_is_a_day_old(services: Services, mailbox: str) -> None:
    now, first, second = clock.now(), uuid4(), uuid4()
    assert await take(services, mailbox, first, now) is None
    assert await take(services, mailbox, second, now + timedelta(hours=3)) == now + PAUSE
    assert await take(services, mailbox, second, now + PAUSE) is None


async def test_a_further_attempt_to_send_an_email_is_not_a_second_email(services: Services, mailbox: str) -> None:
    now, first = clock.now(), uuid4()
    for minutes in (0, 1, 2):
        assert await take(services, mailbox, first, now + timedelta(minutes=minutes)) is None


async def test_another_address_of_the_same_mailbox_is_the_same_person(services: Services, mailbox: str) -> None:
    now = clock.now()
    assert await take(services, mailbox, uuid4(), now) is None
    assert await take(services, mailbox.replace("@", "+news@"), uuid4(), now) == now + PAUSE
    assert await take(services, f"other.{mailbox}", uuid4(), now) is None


async def test_of_two_workers_at_the_same_moment_one_sends(services: Services, mailbox: str) -> None:
    now = clock.now()
    taken = await asyncio.gather(*(take(services, mailbox, uuid4(), now) for _ in range(4)))
    assert sorted(until is None for until in taken) == [False, False, False, True]


async def test_a_slot_is_forgotten_when_it_is_free_again(services: Services, mailbox: str) -> None:
    now = clock.now()
    await take(services, mailbox, uuid4(), now)
    async with services.sessions.committing() as session:
        await forget_slots(session, now + PAUSE)
    assert await take(services, mailbox, uuid4(), now) is None
