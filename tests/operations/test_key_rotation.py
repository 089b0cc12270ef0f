"""Stored secrets follow the newest key; afterwards the old key may be removed."""

import ast
import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from backend.core.clock import clock
from backend.core.encryption import SealBroken, seal, unseal
from backend.core.keys import KeyRing
from backend.core.origin import PlatformOrigin
from backend.identity.mails import Addressee, Secret, queue_password_reset, queue_sign_in_code
from backend.loyalty.cards.recipient import find_recipient
from backend.operations import key_rotation
from backend.operations.key_rotation import SEALED, rotate_keys
from backend.services import Services
from backend.settings.sealing import place_of
from backend.staff.actions import create_admin, totp_place
from backend.wallets.apple.passes import auth_token, open_pass
from tests.conftest import OwnTown, Town
from tests.world.shop import Shop
from tests.world.tablet_queue import a_tablet
from tests.world.webhooks import WebhookOffice

OPERATOR = PlatformOrigin(None, "root at the command line", "en", clock.now())
BACKEND = Path(__file__).parents[2] / "backend"
SEALERS = {
    "staff/actions.py": {"users.totp_secret"},
    "identity/factors/actions.py": {"users.totp_secret"},
    "identity/factors/totp.py": set[str](),  # is in a page for some minutes, and in no column
    "wallets/apple/passes.py": {"apple_passes.auth_token"},
    "settings/sealing.py": {"setting_overrides.sealed_value"},
    "messaging/secrets.py": {"platform_mails.sealed_secret", "email_logs.sealed_secret"},
    "webhooks/signatures.py": {"webhook_endpoints.sealed_secret", "webhook_endpoints.sealed_former_secret"},
    "staff_pins/grants/actions.py": {"offline_grants.sealed_secret"},
}
"""Modules that seal something, and for which columns."""
NEW = "a newer key"
READ = "SELECT totp_secret FROM users WHERE id = $1"


@pytest.fixture
async def town(own_town: OwnTown) -> AsyncIterator[Town]:
    async with own_town() as opened:
        yield opened


@pytest.fixture
def rings(town: Town) -> tuple[KeyRing, KeyRing]:
    """Both keys, and only the new one."""
    old = town.settings.keys
    return KeyRing([NEW, *old]), KeyRing([NEW])


async def add_admins(services: Services, count: int) -> list[UUID]:
    emails = [f"{secrets.token_hex(4)}@orion.example" for _ in range(count)]
    async with services.sessions.committing() as session:
        for email in emails:
            await create_admin(
                session, services.key_ring, OPERATOR, email=email, name="Admin", password="kettle orbit walnut"
            )
    return [await services.pool.fetchval("SELECT id FROM users WHERE email = $1", email) for email in emails]


async def queue_secrets(services: Services, shop: Shop, card_id: UUID) -> None:
    """One in an email to a user, one in an email to a customer."""
    keys, now, minutes = services.key_ring, clock.now(), timedelta(minutes=10)
    async with services.sessions.committing() as session:
        to = Addressee("luc@x.example", "Luc", "fr")
        await queue_password_reset(
            session,
            keys,
            to,
            Secret("T0ken", minutes),
            now,
            page_url="https://x.example/password",
            platform_name="Orion",
        )
    async with services.sessions.committing(shop.merchant_id) as session:
        customer = await find_recipient(session, shop.merchant_id, card_id, services.links)
        assert customer is not None
        code, hidden = Secret("482913", minutes), services.not_me_links.hidden_url
        await queue_sign_in_code(session, keys, customer, code, now, not_me_url=hidden, platform_name="Orion")


async def test_after_a_rotation_the_new_key_opens_everything_and_the_old_is_not_needed(
    town: Town, rings: tuple[KeyRing, KeyRing]
) -> None:
    services, (both, alone) = town.services, rings
    (admin,) = await add_admins(services, 1)
    shop = await town.open_shop()
    card = await shop.a_card()
    async with services.sessions.committing(shop.merchant_id) as session:
        apple_pass = await open_pass(session, services.key_ring, shop.merchant_id, UUID(card["id"]), clock.now())
        token = auth_token(services.key_ring, apple_pass)
    await queue_secrets(services, shop, UUID(card["id"]))
    await store_secret(town.superuser, "smtp_password", seal(services.key_ring, "secret", place_of("smtp_password")))
    webhooks = WebhookOffice.of(shop.claire)
    await webhooks.rotate_secret(await webhooks.add_endpoint())
    await shop.give_pin("anna", "482915")
    await (await a_tablet(shop)).check_pin("anna", "482915")
    counts = await rotate_keys(services.sessions, both, OPERATOR)
    assert {name: each.resealed for name, each in counts.items()} == {
        "setting_overrides.sealed_value": 1,
        "users.totp_secret": 1,
        "apple_passes.auth_token": 1,
        "platform_mails.sealed_secret": 1,
        "email_logs.sealed_secret": 1,
        "webhook_endpoints.sealed_secret": 1,
        "webhook_endpoints.sealed_former_secret": 1,
        "offline_grants.sealed_secret": 1,
    }
    assert unseal(alone, await services.pool.fetchval(READ, admin), totp_place(admin))
    sealed = await town.superuser.fetchval("SELECT auth_token FROM apple_passes")
    apple_pass.auth_token = sealed
    assert auth_token(alone, apple_pass) == token
    again = await rotate_keys(services.sessions, alone, OPERATOR)
    assert [(each.resealed, each.current, each.unreadable) for each in again.values()] == [(0, 1, 0)] * 8


async def test_a_rotation_goes_in_chunks_and_while_others_write(
    town: Town, rings: tuple[KeyRing, KeyRing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "CHUNK", 2)
    both, alone = rings
    admins = await add_admins(town.services, 7)
    enter = "UPDATE users SET totp_used_step = coalesce(totp_used_step, 0) + 1 WHERE id = $1"
    signing_in = [town.services.pool.execute(enter, admin) for admin in admins for _ in range(3)]
    first, second, *_ = await asyncio.gather(
        rotate_keys(town.services.sessions, both, OPERATOR),
        rotate_keys(town.services.sessions, both, OPERATOR),
        *signing_in,
    )
    totp = "users.totp_secret"
    assert first[totp].resealed + second[totp].resealed == 7
    assert first[totp].current + second[totp].current == 7
    for admin in admins:
        assert unseal(alone, await town.services.pool.fetchval(READ, admin), totp_place(admin))
        assert await town.services.pool.fetchval("SELECT totp_used_step FROM users WHERE id = $1", admin) == 3


async def test_swapped_secrets_open_nothing_and_are_left_as_they_are(
    town: Town, rings: tuple[KeyRing, KeyRing]
) -> None:
    both, _ = rings
    one, other = await add_admins(town.services, 2)
    swap = "UPDATE users u SET totp_secret = o.totp_secret FROM users o WHERE u.id = $1 AND o.id = $2"
    await town.superuser.execute(swap, one, other)
    counts = (await rotate_keys(town.services.sessions, both, OPERATOR))["users.totp_secret"]
    assert (counts.resealed, counts.unreadable) == (1, 1)
    with pytest.raises(SealBroken):
        unseal(both, await town.services.pool.fetchval(READ, one), totp_place(one))


def test_every_column_that_holds_a_sealed_secret_is_rotated() -> None:
    calls = {
        str(path.relative_to(BACKEND))
        for path in BACKEND.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "seal"
    }
    assert calls - {"core/encryption.py"} == SEALERS.keys()
    assert {column.name for column in SEALED} == set[str]().union(*SEALERS.values())


async def store_secret(connection: asyncpg.Connection, key: str, sealed: str) -> None:
    await connection.execute(
        """INSERT INTO setting_overrides (key, category, sealed_value, updated_at, updated_by_name)
           VALUES ($1, 'email', $2, now(), 'Somebody')""",
        key,
        sealed,
    )
