"""Passkeys: beside the password, and alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from backend.core.clock import clock
from backend.core.problems import Problem
from backend.identity.factors.webauthn import RelyingParty, credential_id_of, verify_assertion, verify_registration
from tests.doubles.authenticator import Authenticator
from tests.identity.conftest import SignInAs, finish, next_step
from tests.world.account import ORIGIN, RP_ID, Account
from tests.world.caller import Json, refused
from tests.world.shop import Shop
from tests.world.till import AnonymousCaller


async def alone(caller: AnonymousCaller, passkey: Authenticator) -> Json:
    offer = await caller.post("/auth/sign-in/passkey-options")
    return await caller.post(
        "/auth/sign-in/passkey", {"step": offer["step"], "credential": passkey.get(offer["options"])}
    )


async def test_claire_adds_a_passkey_and_confirms_her_password_with_it(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    passkey = await claire.add_passkey("Office laptop")
    (listed,) = (await claire.factors())["passkeys"]
    assert (listed["name"], listed["last_used_at"]) == ("Office laptop", None)
    step = await next_step(anonymous, shop.emails["claire"])
    assert step["methods"] == ["passkey", "recovery_code"]
    assert await finish(anonymous, step, passkey=passkey.get(step["passkey"]))
    assert (await claire.factors())["passkeys"][0]["last_used_at"]


async def test_a_passkey_alone_signs_in_when_it_has_verified_the_person(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    passkey = await claire.add_passkey()
    assert (await alone(anonymous, passkey))["user"]["email"] == shop.emails["claire"]
    passkey.verifies = False
    with refused("passkey_refused", 403):
        await alone(anonymous, passkey)


async def test_beside_the_password_a_touch_is_enough(shop: Shop, claire: Account, anonymous: AnonymousCaller) -> None:
    passkey = await claire.add_passkey(passkey=Authenticator(ORIGIN, RP_ID, verifies=False))
    step = await next_step(anonymous, shop.emails["claire"])
    assert await finish(anonymous, step, passkey=passkey.get(step["passkey"]))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda passkey: setattr(passkey, "origin", "https://evil.example"),
        lambda passkey: setattr(passkey, "rp_id", "evil.example"),
        lambda passkey: setattr(passkey, "key", Authenticator(ORIGIN, RP_ID).key),
        lambda passkey: setattr(passkey, "id", b"unknown"),
        lambda passkey: setattr(passkey, "sign_count", 0),
    ],
    ids=["another site", "another host", "another key", "another passkey", "a copy"],
)
async def test_what_the_passkey_did_not_sign_here_is_refused(
    claire: Account, anonymous: AnonymousCaller, spoil: Callable[[Authenticator], None]
) -> None:
    passkey = await claire.add_passkey()
    await alone(anonymous, passkey)
    await alone(anonymous, passkey)
    spoil(passkey)
    with refused("passkey_refused", 403):
        await alone(anonymous, passkey)


async def test_a_challenge_works_once_for_five_minutes_and_for_one_purpose(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    passkey = await claire.add_passkey()
    offer = await anonymous.post("/auth/sign-in/passkey-options")
    body = {"step": offer["step"], "credential": passkey.get(offer["options"])}
    with refused("step_ended", 410):
        await finish(anonymous, {"attempt": offer["step"]}, passkey=body["credential"])
    await anonymous.post("/auth/sign-in/passkey", body)
    with refused("step_ended", 410):
        await anonymous.post("/auth/sign-in/passkey", body)
    offer = await anonymous.post("/auth/sign-in/passkey-options")
    clock.move(timedelta(minutes=5))
    with refused("step_ended", 410):
        await anonymous.post(
            "/auth/sign-in/passkey", {"step": offer["step"], "credential": passkey.get(offer["options"])}
        )


async def test_a_refused_answer_is_not_followed_by_another(
    shop: Shop, claire: Account, anonymous: AnonymousCaller
) -> None:
    passkey = await claire.add_passkey()
    step = await next_step(anonymous, shop.emails["claire"])
    with refused("passkey_refused", 403):
        await finish(anonymous, step, passkey=Authenticator(ORIGIN, RP_ID).get(step["passkey"]))
    with refused("step_ended", 410):
        await finish(anonymous, step, passkey=passkey.get(step["passkey"]))


async def test_the_passkey_of_a_colleague_is_not_mine(
    shop: Shop, claire: Account, account: SignInAs, anonymous: AnonymousCaller
) -> None:
    await claire.add_passkey()
    luc = await account("luc")
    await luc.confirm()
    lucs = await luc.add_passkey()
    step = await next_step(anonymous, shop.emails["claire"])
    with refused("passkey_refused", 403):
        await finish(anonymous, step, passkey=lucs.get(step["passkey"]))
    offer = await claire.post("/auth/me/passkeys/options")
    with refused("passkey_refused", 403):
        body = {"step": offer["step"], "credential": lucs.create(offer["options"]), "name": "Taken"}
        await claire.post("/auth/me/passkeys", body)
    offer = await luc.post("/auth/me/passkeys/options")
    with refused("step_ended", 410):
        body = {"step": offer["step"], "credential": Authenticator(ORIGIN, RP_ID).create(offer["options"]), "name": "x"}
        await claire.post("/auth/me/passkeys", body)


async def test_passkeys_are_renamed_and_removed_by_their_person_only(claire: Account, account: SignInAs) -> None:
    await claire.add_passkey("Phone")
    passkey_id = (await claire.factors())["passkeys"][0]["id"]
    luc = await account("luc")
    await luc.confirm()
    for method, body in (("PATCH", {"name": "Mine"}), ("DELETE", None)):
        with refused("not_found", 404):
            await luc.ask(method, f"/auth/me/passkeys/{passkey_id}", json=body)
    await claire.ask("PATCH", f"/auth/me/passkeys/{passkey_id}", json={"name": "Old phone"})
    assert [row["name"] for row in (await claire.factors())["passkeys"]] == ["Old phone"]
    await claire.ask("DELETE", f"/auth/me/passkeys/{passkey_id}")
    assert (await claire.factors())["passkeys"] == []


async def test_a_deactivated_account_signs_in_with_no_passkey(
    shop: Shop, claire: Account, anonymous: AnonymousCaller, superuser: Any
) -> None:
    passkey = await claire.add_passkey()
    await superuser.execute("UPDATE users SET is_active = false WHERE id = $1", shop.user_ids["claire"])
    with refused("passkey_refused", 403):
        await alone(anonymous, passkey)


@pytest.mark.parametrize(
    ("public_url", "party"),
    [
        ("https://cards.example", ("cards.example", "https://cards.example")),
        ("https://cards.example:8443", ("cards.example", "https://cards.example:8443")),
        ("http://127.0.0.1:8080", ("localhost", "http://localhost:8080")),
        ("http://[::1]:8080", ("localhost", "http://localhost:8080")),
        ("http://localhost:8080", ("localhost", "http://localhost:8080")),
    ],
)
def test_passkeys_are_valid_at_the_pages_host(public_url: str, party: tuple[str, str]) -> None:
    assert RelyingParty.at(public_url) == RelyingParty(*party)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)
RESPONSE = st.dictionaries(
    st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]), JSON
)
CREDENTIAL = st.fixed_dictionaries(
    {}, optional={"id": JSON, "rawId": JSON, "type": JSON | st.just("public-key"), "response": RESPONSE | JSON}
)


@examples(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(credential=CREDENTIAL)
def test_everything_that_is_no_credential_is_refused(credential: Json) -> None:
    party = RelyingParty(RP_ID, ORIGIN)
    for verify in (
        lambda: credential_id_of(credential) and verify_registration(party, credential, b"x" * 32),
        lambda: verify_assertion(party, credential, b"x" * 32, public_key=b"", sign_count=0, is_alone=False),
        lambda: verify_registration(party, credential, b"x" * 32),
    ):
        with pytest.raises(Problem) as caught:
            verify()
        assert caught.value.code == "passkey_refused"
