"""Nobody finds a card, an invitation or a reset by trying addresses: all wrong ones are answered the same."""

import re
import secrets
from uuid import uuid4

import pytest

from tests.world.belongings import belongings_of
from tests.world.caller import Promises
from tests.world.shop import Shop, hire_admin
from tests.world.till import AnonymousCaller

CARD_PAGE = "/storefront/loyalty/cards/{token}"
PUBLIC = (
    CARD_PAGE,
    "/storefront/loyalty/email-choices/{token}",
    "/storefront/loyalty/wallets/google/{token}",
    "/storefront/invitations/{token}",
    "/auth/password-resets/{token}",
)


def test_every_public_page_of_a_secret_address_is_tried(promises: Promises) -> None:
    pages = {path.removeprefix("/api/v1") for method, path, _ in promises.operations if method == "GET"}
    assert {path for path in pages if "{token}" in path} == set(PUBLIC)


@pytest.mark.parametrize("path", PUBLIC)
async def test_every_guessed_address_is_answered_the_same(shop: Shop, anonymous: AnonymousCaller, path: str) -> None:
    """Also one that names a card or a customer, and the right one with another end."""
    known = (await belongings_of(shop, await hire_admin(shop.services, anonymous, "Ada", "super_admin"))).at(path)
    right = known["token"]
    ends = [right[:-1] + end for end in "AQgw" if right[-1] != end]
    guesses = [known["card_code"], known["card_id"], str(uuid4()), secrets.token_urlsafe(64), right[:-4], *ends]
    answers = set()
    for guess in guesses:
        answer = await anonymous.send("GET", path.format(token=guess))
        varying = rf"{re.escape(guess)}|{answer.headers['request-id']}"
        answers.add((answer.status_code, re.sub(varying, "…", answer.text)))
    ((status, _),) = answers
    assert status in {404, 409, 410}  # 409: Google is not in use here


async def test_guesses_of_one_network_are_limited(shop: Shop, anonymous: AnonymousCaller) -> None:
    allowed = shop.services.live.current.limits.card_page_per_minute
    asked = [await anonymous.send("GET", CARD_PAGE.format(token=secrets.token_urlsafe(48))) for _ in range(allowed + 2)]
    assert [answer.status_code for answer in asked] == [404] * allowed + [429] * 2
