"""After a complete visit, neither database nor Redis nor log contain anything that gives access."""

import io
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from redis.asyncio import Redis

from backend.core.settings import Settings
from backend.dev.sandbox.apple.iphone import FakeIPhone
from backend.loyalty.enrollment.routes import storefront as routes
from tests.conftest import LogLines, OwnTown, Town
from tests.doubles.apple import Apple
from tests.doubles.google import Google
from tests.doubles.smtp import PostOffice, open_post_office, text_of
from tests.world import ANNA, PASSWORD
from tests.world.caller import new_key, refused
from tests.world.limits import forget_everything
from tests.world.platform import with_mail
from tests.world.redis_commands import ask_redis
from workers.jobs.mail import send_queued_mails
from workers.jobs.outbox import relay_outbox

EMAIL = "zoe.kanarienvogel@example.com"
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')"


@pytest.fixture
async def town(own_town: OwnTown, apple: Apple, google: Google) -> AsyncIterator[Town]:
    told = google.settings(apple.settings(Settings()))
    names = [
        name for name in Settings.__struct_fields__ if name.startswith(("google_", "apple_", "apns_", "backend_pub"))
    ]
    async with own_town(**{name: getattr(told, name) for name in names}) as opened:
        await forget_everything(opened.services.redis)
        yield opened


@pytest.fixture
async def post_office() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


async def lies_in(superuser: asyncpg.Connection, redis: Redis) -> dict[str, str]:
    """Every row of every table, and every key of Redis with what it holds."""
    found = {}
    for (table,) in await superuser.fetch(TABLES):
        rows = await superuser.fetch(f'SELECT t::text FROM "{table}" t')
        found[table] = "\n".join(row[0] for row in rows)
    async for key in redis.scan_iter("*"):
        found[f"redis {key.decode(errors='replace')}"] = str(await _held(redis, key))
    return found


async def _held(redis: Redis, key: bytes) -> object:
    match (await redis.type(key)).decode():
        case "string":
            return await redis.get(key)
        case "zset":
            return await redis.zrange(key, 0, -1)
        case "hash":
            return await ask_redis(redis, "HGETALL", key)
        case "list":
            return await ask_redis(redis, "LRANGE", key, 0, -1)
        case "set":
            return await ask_redis(redis, "SMEMBERS", key)
        case "stream":
            return await redis.xrange(key)
        case other:
            raise AssertionError(f"{key!r} is of the kind {other}, which nobody has looked into")


async def visit(town: Town, apple: Apple, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that was issued and gives access."""
    shop, links, anonymous = await town.open_shop(), town.services.links, town.anonymous
    working = {"services": with_mail(town.services, email_provider="smtp", smtp_port=post_office.port)}
    key = new_key()
    joined = (await anonymous.join(shop.hub, EMAIL, key=key, first_name="Zoé"))["card"]
    assert (await anonymous.join(shop.hub, EMAIL, key=key, first_name="Zoé"))["card"] == joined
    sale = new_key()
    await shop.anna.earn(joined, cents=500, key=sale)
    card = (await shop.anna.earn(joined, cents=500, key=sale))["card"]
    signed_in = await anonymous.sign_in(ANNA.email, PASSWORD)
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(EMAIL, "wrong")
    await anonymous.lost_card(EMAIL, store_code=shop.hub)
    for _ in range(2):
        await relay_outbox(working)
        await send_queued_mails(working)
    mails = [text_of(mail) for mail in post_office.mails if mail["To"] == EMAIL]
    assert len(mails) == 2
    assert all(card["page_url"] in mail for mail in mails)
    await anonymous.card_page(card["page_url"])
    phone = FakeIPhone(anonymous.http, apple.root)
    held = await phone.add(card["wallets"]["apple"]["pass_url"])
    await phone.fetch(held)
    save_url = card["wallets"]["google"]["save_url"]
    saved = await anonymous.send("GET", save_url.partition("/api/v1")[2])
    for provider in ("google", "apple"):
        await town.services.wallet_sync.sync_card(shop.merchant_id, UUID(card["id"]), provider)
    monkeypatch.setattr(routes, "card_page", _break_down)
    page = card["page_url"].rpartition("/")[2]
    assert (await anonymous.send("GET", f"/storefront/loyalty/cards/{page}")).status_code == 500
    renewed = (await shop.anna.post(f"/store/loyalty/cards/{card['id']}/links", {}, key=new_key()))["card"]
    await relay_outbox(working)
    assert links.references.resolved(b"{}") == b"{}"
    return [
        key,
        page,
        card["wallets"]["apple"]["pass_url"].rpartition("/")[2].removesuffix(".pkpass"),
        save_url.rpartition("/")[2],
        renewed["page_url"].rpartition("/")[2],
        held.opened.content["authenticationToken"],
        saved.headers["location"].rpartition(".")[2],
        signed_in["token"],
        PASSWORD,
    ]


async def _break_down(_ledger: object, token: str, *_: object) -> None:
    raise ValueError(f"/c/{token}")


async def test_what_is_kept_and_logged_of_a_visit_opens_nothing(
    town: Town,
    apple: Apple,
    post_office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    *,
    log_tape: io.StringIO,
    log_lines: LogLines,
) -> None:
    secrets = await visit(town, apple, post_office, monkeypatch)
    lying = await lies_in(town.superuser, town.services.redis)
    assert "/c/…" in lying["email_logs"]
    assert "page_url" in lying["stored_answers"]
    assert "request_failed" in log_tape.getvalue()
    lying["the log"] = log_tape.getvalue()
    for secret in secrets:
        for place, text in lying.items():
            assert secret not in place + text, place
            assert secret.encode().hex() not in text, place
    in_redis = [place + text for place, text in lying.items() if place.startswith("redis ")]
    assert in_redis
    assert not [text for text in in_redis if "kanarienvogel" in text.lower() or ANNA.email in text]
