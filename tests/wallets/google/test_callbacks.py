"""Callbacks about saved passes: processed once, and only from Google."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from backend.core.clock import clock
from backend.dev.sandbox.google.signer import CallbackSigner
from backend.services import Services
from backend.wallets.google import root_keys
from backend.wallets.google.callbacks import purge_expired_callbacks
from backend.wallets.google.names import class_id, object_id
from backend.wallets.google.open import open_google
from backend.wallets.models import GoogleCallback, GoogleProgram, WalletLink
from backend.wallets.wallet_links import open_link
from tests.conftest import client, running_api
from tests.doubles.google import Google
from tests.doubles.serving import serving
from tests.world.caller import Caller, Promises, refused
from tests.world.passes import PlainImages, a_snapshot
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

PATH = "/google/callback"
KEPT = "SELECT count(*) FROM google_callbacks WHERE object_id = $1"


@pytest.fixture
async def door(google: Google, services: Services, promises: Promises, redis: Any) -> AsyncIterator[Caller]:
    """Of an API that knows this Google."""
    async with running_api(google.settings(services.settings)) as app, client(app) as http:
        yield Caller(http, promises)


@dataclass
class Linked:
    """A card of a real shop, in Google Wallet."""

    shop: Shop
    card_id: UUID
    google: Google

    @property
    def object_id(self) -> str:
        return object_id(self.google.fake.passes.issuer_id, self.card_id)

    @property
    def class_id(self) -> str:
        return class_id(self.google.fake.passes.issuer_id, self.shop.program_id)

    def message(self, event: str = "save", **others: Any) -> bytes:
        issuer_id = self.google.fake.passes.issuer_id
        told = {"recipient": issuer_id, "class_id": self.class_id, "object_id": self.object_id} | others
        return self.google.fake.signer.sign(event=event, **told)

    async def is_saved(self) -> bool | None:
        async with self.shop.services.sessions.committing(self.shop.merchant_id) as session:
            link = await session.get(WalletLink, (self.shop.merchant_id, self.card_id, "google"))
        assert link is not None
        return link.saved_by_user


@pytest.fixture
async def linked(shop: Shop, google: Google) -> Linked:
    card = await shop.a_card()
    found = Linked(shop, UUID(card["id"]), google)
    now = clock.now()
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        await open_link(session, (shop.merchant_id, found.card_id, "google"), found.object_id, now)
        session.add(
            GoogleProgram(
                class_id=found.class_id,
                merchant_id=shop.merchant_id,
                program_id=shop.program_id,
                payload_hash=b"",
                review_status="approved",
                synced_at=now,
            )
        )
    return found


async def test_saved_and_removed_are_noted(door: Caller, linked: Linked) -> None:
    assert await linked.is_saved() is None
    assert (await door.send("POST", PATH, content=linked.message("save"))).status_code == 200
    assert await linked.is_saved() is True
    assert (await door.send("POST", PATH, content=linked.message("del"))).status_code == 200
    assert await linked.is_saved() is False


async def test_a_message_that_comes_twice_is_taken_once(
    door: Caller, linked: Linked, superuser: asyncpg.Connection
) -> None:
    saved = linked.message("save", nonce=f"first-{uuid4()}")
    await door.send("POST", PATH, content=saved)
    await door.send("POST", PATH, content=linked.message("del"))
    assert (await door.send("POST", PATH, content=saved)).status_code == 200
    assert await linked.is_saved() is False, "the old message changes nothing any more"
    assert await superuser.fetchval(KEPT, linked.object_id) == 2


Forge = Callable[[Linked], bytes]
FORGED: dict[str, Forge] = {
    "nonsense": lambda _: b"{}",
    "nothing": lambda _: b"",
    "signed by somebody else": lambda linked: CallbackSigner().sign(
        recipient=linked.google.fake.passes.issuer_id,
        class_id=linked.class_id,
        object_id=linked.object_id,
        event="save",
    ),
    "for another issuer": lambda linked: linked.message(recipient="42"),
    "tampered with": lambda linked: linked.message().replace(b"save", b"del"),
}


@pytest.mark.parametrize("forged", FORGED)
async def test_what_google_has_not_signed_for_us_is_refused(door: Caller, linked: Linked, forged: str) -> None:
    with refused("callback_refused", 400):
        await door.ask("POST", PATH, content=FORGED[forged](linked))
    assert await linked.is_saved() is None


async def test_a_message_that_is_too_old_is_refused(door: Caller, linked: Linked) -> None:
    body = linked.message()
    clock.move(timedelta(hours=2))
    assert (await door.send("POST", PATH, content=body)).status_code == 400


@pytest.mark.parametrize("others", [{"class_id": "1.prog_x"}, {"object_id": "1.card_x"}, {"event": "wave"}])
async def test_a_message_about_something_else_is_taken_and_changes_nothing(
    door: Caller, linked: Linked, others: dict[str, str]
) -> None:
    event = others.get("event", "save")
    body = linked.message(event, **{name: told for name, told in others.items() if name != "event"})
    assert (await door.send("POST", PATH, content=body)).status_code == 200
    assert await linked.is_saved() is None


async def test_while_googles_keys_are_away_it_shall_come_again(
    linked: Linked, services: Services, google: Google, promises: Promises
) -> None:
    settings = replace(google.settings(services.settings), google_wallet_keys_url="http://127.0.0.1:1/")
    async with running_api(settings) as app, client(app) as http:
        with refused("unavailable", 503):
            await Caller(http, promises).ask("POST", PATH, content=linked.message())


async def test_a_new_root_key_is_fetched_when_it_first_signs(
    door: Caller, linked: Linked, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.send("POST", PATH, content=linked.message())
    google.fake.signer = CallbackSigner()
    assert (await door.send("POST", PATH, content=linked.message("del"))).status_code == 400, "asked a moment ago"
    monkeypatch.setattr(root_keys, "FETCH_SECONDS_MIN", 0)
    assert (await door.send("POST", PATH, content=linked.message("del"))).status_code == 200
    assert await linked.is_saved() is False


async def test_without_google_there_is_no_such_door(anonymous: AnonymousCaller) -> None:
    with refused("not_found", 404):
        await anonymous.ask("POST", PATH, content=b"{}")


async def test_nonces_are_forgotten_once_their_time_has_passed(
    door: Caller, linked: Linked, services: Services, superuser: asyncpg.Connection
) -> None:
    await door.send("POST", PATH, content=linked.message())
    for moment, left in ((clock.now(), 1), (clock.now() + timedelta(hours=2), 0)):
        async with services.sessions.committing() as session:
            await purge_expired_callbacks(session, moment)
        assert await superuser.fetchval(KEPT, linked.object_id) == left
    async with services.sessions.committing() as session:
        assert await session.get(GoogleCallback, "nobody's") is None


async def test_from_the_button_to_the_note_that_it_was_saved(
    google: Google, services: Services, linked: Linked, redis: Redis
) -> None:
    """Google's own way: the link is opened, the pass is saved, the callback comes over HTTP."""
    settings = google.settings(services.settings)
    async with running_api(settings) as app, serving(app) as api:
        reachable = replace(settings, backend_public_url=api)
        lanes = {"pool": services.pool, "sessions": services.sessions}
        async with open_google(reachable, **lanes, redis=redis, images=PlainImages()) as opened:
            assert opened is not None
            program = {"merchant_id": linked.shop.merchant_id, "program_id": linked.shop.program_id}
            await opened.wallet.push(a_snapshot(program, card_id=linked.card_id))
            url = await opened.save_links.url(
                program_id=linked.shop.program_id, object_name=linked.object_id, now=clock.now()
            )
        async with httpx.AsyncClient() as phone:
            assert (await phone.get(url)).json() == {"saved": linked.object_id}
            await google.fake.callbacks_sent()
            assert google.fake.callback_errors == []
            assert await linked.is_saved() is True
            await phone.post(f"{google.url}/sandbox/google/passes/{linked.object_id}/remove")
            await google.fake.callbacks_sent()
            assert await linked.is_saved() is False
