"""Nobody keeps somebody else from signing in, and nobody guesses without end."""

import asyncio
import base64

import asyncpg
import pytest

from backend.core.encryption import seal
from backend.core.keys import KeyRing
from backend.core.platform_settings import LimitSettings
from backend.identity import known_devices
from backend.identity.known_devices import find_device, proof_for
from backend.services import Services
from backend.staff.actions import totp_place
from tests.world import ANNA, LUC, PASSWORD
from tests.world.account import six_digits
from tests.world.caller import Refused, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller

LIMITS = LimitSettings()


async def guess(anonymous: AnonymousCaller, times: int, email: str = ANNA.email) -> list[int]:
    said = []
    for _ in range(times):
        with pytest.raises(Refused) as caught:
            await anonymous.sign_in(email, "wrong")
        said.append(caught.value.status)
    return said


async def test_five_wrong_guesses_a_minute_keep_only_the_guesser_out(anonymous: AnonymousCaller) -> None:
    mallory = anonymous.but(x_forwarded_for="203.0.113.7")
    assert await guess(mallory, 7) == [401] * LIMITS.sign_in_per_account_and_network_per_minute + [429] * 2
    with refused("rate_limited", 429) as said:
        await mallory.sign_in(ANNA.email.upper(), PASSWORD)
    assert 1 <= int(said[0].answer.headers["retry-after"]) <= 60
    assert (await anonymous.sign_in(ANNA.email, PASSWORD))["token"]


async def test_somebody_who_guesses_on_annas_own_network_does_not_keep_her_out_of_her_till(
    anonymous: AnonymousCaller,
) -> None:
    known = (await anonymous.sign_in(ANNA.email, PASSWORD))["known_device"]
    await guess(anonymous, 12)
    with refused("rate_limited", 429):
        await anonymous.sign_in(ANNA.email, PASSWORD)
    till = anonymous.but(known_device=f"nonsense, {known}")
    assert (await till.sign_in(f" {ANNA.email.upper()}", PASSWORD))["token"]


async def test_a_crowd_keeps_out_unknown_browsers_and_not_the_till_anna_works_at(anonymous: AnonymousCaller) -> None:
    known = (await anonymous.sign_in(ANNA.email, PASSWORD))["known_device"]
    said = [
        status
        for number in range(10)
        for status in await guess(anonymous.but(x_forwarded_for=f"203.0.113.{number}"), 3)
    ]
    per_account = LIMITS.sign_in_per_account_per_minute
    assert said == [401] * (per_account - 1) + [429] * (31 - per_account)
    assert (await anonymous.but(known_device=known).sign_in(ANNA.email, PASSWORD))["token"]


async def test_a_known_browser_guesses_no_faster_than_others(anonymous: AnonymousCaller) -> None:
    known = (await anonymous.sign_in(ANNA.email, PASSWORD))["known_device"]
    assert await guess(anonymous.but(known_device=known), 12) == [401] * LIMITS.sign_in_per_minute + [429] * 2


async def test_a_browser_is_known_for_those_who_have_signed_in_with_it(anonymous: AnonymousCaller) -> None:
    lucs = (await anonymous.sign_in(LUC.email, PASSWORD))["known_device"]
    assert await guess(anonymous.but(known_device=lucs), 7) == [401] * 5 + [429] * 2


@pytest.mark.parametrize("change", ["", "x", "A" * 43 + "=", "é", "," * 500])
def test_a_proof_nobody_was_given_proves_nothing(change: str) -> None:
    keys = KeyRing(["one"])
    assert find_device(keys, "anna@fashion.example", change) is None
    proof = proof_for(keys, "anna@fashion.example", "")
    assert find_device(keys, "anna@fashion.example", proof)
    assert find_device(keys, "luc@fashion.example", proof) is None
    assert proof_for(keys, "anna@fashion.example", f"x, {proof}") == proof
    assert proof_for(keys, "luc@fashion.example", proof) != proof
    assert find_device(KeyRing(["two", "one"]), "anna@fashion.example", proof)
    assert find_device(KeyRing(["two"]), "anna@fashion.example", proof) is None
    assert find_device(keys, "anna@fashion.example", ",".join(["x"] * known_devices.PROOFS_MAX + [proof])) is None


async def test_addresses_of_one_ipv6_customer_are_counted_as_one(anonymous: AnonymousCaller) -> None:
    said = []
    for number in range(7):
        said += await guess(anonymous.but(x_forwarded_for=f"2001:db8:1:2::{number:x}"), 1)
    assert said == [401] * 5 + [429] * 2
    assert await guess(anonymous.but(x_forwarded_for="2001:db8:1:3::1"), 1) == [401]


@pytest.fixture
async def secret(shop: Shop, services: Services, superuser: asyncpg.Connection) -> str:
    """Of Claire's authenticator."""
    user_id, made = shop.user_ids["claire"], base64.b32encode(b"12345678901234567890").decode()
    sealed = seal(services.key_ring, made, totp_place(user_id))
    await superuser.execute("UPDATE users SET totp_secret = $2 WHERE id = $1", user_id, sealed)
    return made


async def test_a_code_seen_over_the_shoulder_is_good_for_nothing(
    shop: Shop, anonymous: AnonymousCaller, secret: str
) -> None:
    email, code = shop.emails["claire"], six_digits(secret)
    await anonymous.sign_in(email, PASSWORD, totp=code)
    for used in (code, six_digits(secret, seconds=-30)):
        with refused("sign_in_refused", 401):
            await anonymous.sign_in(email, PASSWORD, totp=used)
    assert (await anonymous.sign_in(email, PASSWORD, totp=six_digits(secret, seconds=30)))["token"]


async def test_of_two_who_send_one_code_at_once_one_gets_in(
    shop: Shop, anonymous: AnonymousCaller, secret: str
) -> None:
    body = {"email": shop.emails["claire"], "password": PASSWORD, "totp": six_digits(secret)}
    answers = await asyncio.gather(*(anonymous.send("POST", "/auth/sign-in", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
