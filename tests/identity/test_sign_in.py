"""Signing in and out."""

import asyncio
import base64
from datetime import timedelta

import asyncpg
import pytest

from backend.core import hashing
from backend.core.clock import clock
from backend.core.encryption import seal
from backend.core.origin import PlatformOrigin
from backend.services import Services
from backend.staff.actions import EmailTaken, create_admin, totp_place
from tests.conftest import SignIn
from tests.world import ADA, ANNA, AURORE, CLAIRE, LUC, PASSWORD, PAUL, Colleague
from tests.world.account import six_digits
from tests.world.caller import Json, refused
from tests.world.shop import Shop
from tests.world.spying import noting
from tests.world.till import AnonymousCaller, Till


async def test_anna_signs_in_at_her_store(anonymous: AnonymousCaller) -> None:
    answer = await anonymous.sign_in(" Anna@Fashion.Example ", PASSWORD)
    user = answer["user"]
    assert (user["email"], user["name"], user["role"]) == (ANNA.email, ANNA.name, "store_member")
    assert [store["code"] for store in user["stores"]] == ["FASHIONHUB"]
    assert user["merchant"]["code"] == "fashion-group"
    assert user["permissions"] == ["loyalty.manage_cards", "loyalty.view_programs", "loyalty.void_transactions"]
    assert answer["expires_at"] > clock.now().isoformat()


@pytest.mark.parametrize(
    ("who", "stores"),
    [(CLAIRE, ["FASHIONHUB", "FASHIONOUTLET"]), (LUC, ["FASHIONOUTLET"]), (AURORE, ["AURORA"]), (PAUL, [])],
)
async def test_each_sees_their_own_stores(sign_in: SignIn, who: Colleague, stores: list[str]) -> None:
    me = await (await sign_in(who)).me()
    assert [store["code"] for store in me["stores"]] == stores
    assert (me["email"], me["role"]) == (who.email, who.role)


async def test_the_platforms_people_have_no_till(sign_in: SignIn) -> None:
    ada = await sign_in(ADA)
    assert (await ada.me())["merchant"] is None
    assert "settings.manage" in (await ada.me())["permissions"]
    with refused("store_not_found", 404):
        await ada.program()
    assert await ada.state_of("any") == "not_booked"


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    anonymous: AnonymousCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated: list[tuple[str, bytes]] = []
    monkeypatch.setattr(hashing, "_verify", noting(evaluated, hashing._verify))
    said = []
    for email in (ANNA.email, "nobody@fashion.example"):
        with refused("sign_in_refused", 401) as problem:
            await anonymous.sign_in(email, "wrong")
        said.append({**problem[0].facts, "request_id": None})
    assert said[0] == said[1]
    assert len(evaluated) == 2, "both take as long"


async def test_a_disabled_colleague_is_refused_and_out_at_once(shop: Shop, superuser: asyncpg.Connection) -> None:
    await superuser.execute("UPDATE users SET is_active = false WHERE id = $1", shop.user_ids["anna"])
    anonymous = AnonymousCaller(shop.anna.http, shop.anna._promises)
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(shop.emails["anna"], PASSWORD)
    with refused("unauthenticated", 401):
        await shop.anna.me()


async def test_a_token_opens_nothing_after_signing_out(sign_in: SignIn) -> None:
    anna = await sign_in(ANNA)
    await anna.sign_out()
    with refused("unauthenticated", 401):
        await anna.me()


async def test_signing_out_here_does_not_sign_out_there(sign_in: SignIn) -> None:
    here, there = await sign_in(ANNA), await sign_in(ANNA)
    await here.sign_out()
    assert (await there.me())["email"] == ANNA.email


async def test_a_sign_in_lasts_a_long_shift(sign_in: SignIn) -> None:
    anna = await sign_in(ANNA)
    clock.move(timedelta(hours=12, seconds=-5))
    await anna.me()
    clock.move(timedelta(seconds=6))
    with refused("session_expired", 401) as said:
        await anna.me()
    assert said[0].answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Bearer", "Bearer x", "Bearer é"])
async def test_without_a_token_nothing_opens(anonymous: AnonymousCaller, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header.encode("latin-1")}
    for path in ("/auth/me", "/store/loyalty/program", "/idempotency/1"):
        with refused("unauthenticated", 401):
            await anonymous.get(path, headers=headers)


async def test_a_token_is_kept_as_a_hash_only(sign_in: SignIn, superuser: asyncpg.Connection) -> None:
    anna = await sign_in(ANNA)
    kept = await superuser.fetchval("SELECT string_agg(t::text, ' ') FROM access_tokens t")
    assert anna.token
    assert anna.token not in kept
    assert anna.token.encode().hex() not in kept


async def test_tokens_long_ended_are_thrown_away_at_the_next_sign_in(
    sign_in: SignIn, superuser: asyncpg.Connection
) -> None:
    await sign_in(LUC)
    clock.move(timedelta(days=31))
    await sign_in(LUC)
    query = "SELECT count(*) FROM access_tokens t JOIN users u ON u.id = t.user_id WHERE u.email = $1"
    assert await superuser.fetchval(query, LUC.email) == 1


async def test_an_unknown_address_is_limited_like_a_known_one(anonymous: AnonymousCaller) -> None:
    said = []
    for _ in range(7):
        try:
            with refused("sign_in_refused", 401):
                await anonymous.sign_in("nobody@x.example", "wrong")
            said.append(401)
        except AssertionError:
            said.append(429)
    assert said == [401] * 5 + [429] * 2


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b.example"}, {"email": "a@b.example", "password": ""}, {"email": 1, "password": "x"}]
)
async def test_a_form_left_empty_is_refused(anonymous: AnonymousCaller, body: Json) -> None:
    with refused("validation_failed", 422):
        await anonymous.post("/auth/sign-in", body)


async def test_what_is_no_json_is_told_so(anonymous: AnonymousCaller) -> None:
    with refused("malformed_json", 400):
        await anonymous.ask("POST", "/auth/sign-in", content=b"{", headers={"content-type": "application/json"})


async def test_sixteen_sign_ins_at_once_do_not_hold_the_event_loop(
    anonymous: AnonymousCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By construction: every hash is computed in one of two threads of their own."""
    assert hashing._threads._max_workers == 2
    busy = asyncio.get_running_loop()
    seen = []

    def not_on_the_loop(*_: object) -> bool:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        seen.append(busy.is_running())
        return False

    monkeypatch.setattr(hashing, "_verify", not_on_the_loop)
    callers = [anonymous.but(x_forwarded_for=f"203.0.113.{number}") for number in range(16)]
    await asyncio.gather(
        *(caller.send("POST", "/auth/sign-in", json={"email": f"{n}@x.example", "password": "x"})
          for n, caller in enumerate(callers))
    )  # fmt: skip
    assert seen == [True] * 16


async def test_an_authenticator_is_asked_for_after_the_password(
    shop: Shop, anonymous: AnonymousCaller, services: Services, superuser: asyncpg.Connection
) -> None:
    user_id, secret = shop.user_ids["claire"], base64.b32encode(b"12345678901234567890").decode()
    sealed = seal(services.key_ring, secret, totp_place(user_id))
    await superuser.execute("UPDATE users SET totp_secret = $2 WHERE id = $1", user_id, sealed)
    email = shop.emails["claire"]
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(email, "wrong")
    with refused("second_factor_required", 401):
        await anonymous.sign_in(email, PASSWORD)
    with refused("sign_in_refused", 401):
        await anonymous.sign_in(email, PASSWORD, totp=six_digits(secret, seconds=90))
    assert (await anonymous.sign_in(email, PASSWORD, totp=six_digits(secret, seconds=-30)))["token"]


async def test_an_admin_is_made_with_a_second_factor(
    services: Services, anonymous: AnonymousCaller, superuser: asyncpg.Connection
) -> None:
    person: Json = {
        "email": "New.Admin@orion.example",
        "name": "New Admin",
        "password": "kettle orbit walnut",
        "origin": PlatformOrigin(None, "root at the command line", "en", clock.now()),
    }
    async with services.sessions.committing() as session:
        address = await create_admin(session, services.key_ring, **person)
    secret = address.partition("secret=")[2].partition("&")[0]
    assert address.startswith("otpauth://totp/Orion:new.admin%40orion.example")
    answer = await anonymous.sign_in("new.admin@orion.example", "kettle orbit walnut", totp=six_digits(secret))
    assert answer["user"]["role"] == "super_admin"
    assert secret not in await superuser.fetchval("SELECT string_agg(u::text, ' ') FROM users u")
    with pytest.raises(EmailTaken):
        async with services.sessions.committing() as session:
            await create_admin(session, services.key_ring, **person)


async def test_a_commit_that_fails_is_an_error_and_stores_nothing(
    shop: Shop, anonymous: AnonymousCaller, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deferred constraint fails at the commit, after the handler has done its work."""
    await superuser.execute("""
        CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
        CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON access_tokens DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION planted();
    """)
    before = await superuser.fetchval("SELECT count(*) FROM access_tokens")
    try:
        with refused("internal", 500):
            await anonymous.sign_in(shop.emails["anna"], PASSWORD)
    finally:
        await superuser.execute("DROP TRIGGER planted ON access_tokens; DROP FUNCTION planted()")
    assert await superuser.fetchval("SELECT count(*) FROM access_tokens") == before
    assert (await anonymous.sign_in(shop.emails["anna"], PASSWORD))["token"]


async def test_an_owner_of_two_stores_says_which(shop: Shop) -> None:
    claire = Till(shop.anna.http, shop.anna._promises, shop.claire.token)
    with refused("store_required", 400) as said:
        await claire.program()
    assert said[0]["stores"] == [shop.hub, shop.outlet]
    assert (await claire.at(shop.outlet.lower()).program())["store"]["code"] == shop.outlet
    with refused("store_not_found", 404):
        await claire.at("FASHIONHUB").program()
    with refused("store_not_found", 404):
        await shop.anna.at(shop.outlet).program()


async def test_a_closed_store_is_nobodys_place(shop: Shop, superuser: asyncpg.Connection) -> None:
    await superuser.execute("UPDATE stores SET is_active = false WHERE id = $1", shop.store_ids[shop.hub])
    with refused("store_not_found", 404):
        await shop.anna.program()
    assert (await Till(shop.anna.http, shop.anna._promises, shop.claire.token).program())["store"][
        "code"
    ] == shop.outlet


async def test_a_permission_taken_away_is_gone_with_the_next_request(shop: Shop, superuser: asyncpg.Connection) -> None:
    await superuser.execute(
        "UPDATE store_members SET permissions = '{loyalty.view_programs}' WHERE user_id = $1", shop.user_ids["anna"]
    )
    card = await shop.a_card()
    assert await shop.anna.program()
    with refused("forbidden", 403) as said:
        await shop.anna.earn(card, cents=100)
    assert said[0]["permission"] == "loyalty.manage_cards"


async def test_a_person_who_chooses_a_language_reads_it_at_every_sign_in(
    anonymous: AnonymousCaller, sign_in: SignIn
) -> None:
    anna = await sign_in(ANNA)
    changed = await anna.ask("PATCH", "/auth/me", json={"language": "lb"})
    assert changed["language"] == (await anna.me())["language"] == "lb"
    assert (await anonymous.sign_in(ANNA.email, PASSWORD))["user"]["language"] == "lb"
    for wrong in ("zh", "LB", None):
        with refused("validation_failed", 422):
            await anna.ask("PATCH", "/auth/me", json={"language": wrong})
    with refused("unauthenticated", 401):
        await anonymous.ask("PATCH", "/auth/me", json={"language": "de"})
