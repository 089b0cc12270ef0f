"""The double of an iPhone refuses what a real one refuses, so that its other responses are reliable."""

import httpx
import pytest

from backend.dev.sandbox.apple.iphone import FakeIPhone, HeldPass, PhoneRefuses
from tests.wallets.apple.conftest import AppleWorld
from tests.world.till import Card


async def installed(world: AppleWorld) -> tuple[FakeIPhone, HeldPass, Card]:
    card, phone = await world.shop.a_card(), world.phone()
    return phone, await world.add(phone, card), card


@pytest.mark.parametrize("url", ["http://passes.orion.test/api/v1/apple", "passes.orion.test", "ftp://orion.test"])
async def test_a_service_without_tls_is_not_asked(world: AppleWorld, url: str) -> None:
    phone, held, _ = await installed(world)
    held.content["webServiceURL"] = url
    for call in (phone.register(held), phone.fetch(held), phone.remove(held), phone.pushed()):
        with pytest.raises(PhoneRefuses, match="no address for a phone"):
            await call


async def test_a_developers_phone_may_ask_one(world: AppleWorld) -> None:
    _, held, _ = await installed(world)
    held.content["webServiceURL"] = "http://passes.orion.test/api/v1/apple"
    assert await FakeIPhone(world.http, world.apple.root, allows_http=True).register(held) == 201


@pytest.mark.parametrize(
    "date", [None, "2026-11-22 10:00:00", "2026-11-22T10:00:00Z", "Sun, 22 Nov 2026 10:00:00 +0100", "1790000000"]
)
async def test_a_pass_comes_with_an_http_date(world: AppleWorld, date: str | None) -> None:
    url = world.pass_url(await world.shop.a_card())

    async def doctored(request: httpx.Request) -> httpx.Response:
        answer = await world.http.get(str(request.url))
        headers = {"content-type": answer.headers["content-type"]} | ({"last-modified": date} if date else {})
        return httpx.Response(answer.status_code, content=answer.content, headers=headers)

    async with httpx.AsyncClient(transport=httpx.MockTransport(doctored)) as http:
        with pytest.raises(PhoneRefuses, match="no HTTP date"):
            await FakeIPhone(http, world.apple.root).add(url)
