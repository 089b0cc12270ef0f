"""Apple's web service: the status codes that phones expect, and no access without a token."""

from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from backend.core.clock import clock
from backend.dev.sandbox.apple.iphone import FakeIPhone, HeldPass
from backend.dev.sandbox.apple.pki import PASS_TYPE
from backend.dev.sandbox.apple.pkpass import open_pkpass
from backend.dev.sandbox.apple.pushes import Script
from backend.wallets.apple import limits
from backend.wallets.apple.publish import publish
from tests.conftest import LogLines
from tests.wallets.apple.conftest import AppleWorld
from tests.world.caller import Promises, refused
from tests.world.till import AnonymousCaller, Card

SERVICE = "/api/v1/apple/v1"
BAD_ANSWERS = (Script(status=503), Script(status=413), Script(fault="rst"))


async def installed(world: AppleWorld, **told: Any) -> tuple[FakeIPhone, HeldPass, Card]:
    card, phone = await world.shop.a_card(**told), world.phone()
    return phone, await world.add(phone, card), card


def changes(phone: FakeIPhone, tag: str | None = None, pass_type: str = PASS_TYPE) -> dict[str, Any]:
    url = f"{SERVICE}/devices/{phone.library_id}/registrations/{pass_type}"
    return {"method": "GET", "url": url, "params": {} if tag is None else {"passesUpdatedSince": tag}}


async def test_registering_is_201_the_first_time_and_200_after_it(world: AppleWorld) -> None:
    card, phone = await world.shop.a_card(), world.phone()
    held = await phone.download(world.pass_url(card))
    assert [await phone.register(held) for _ in range(3)] == [201, 200, 200]
    assert await world.phone().register(held) == 201


async def test_all_five_calls_exist_under_the_address_in_the_pass(world: AppleWorld) -> None:
    phone, held, _ = await installed(world)
    url = held.content["webServiceURL"]
    assert url == "https://passes.orion.test/api/v1/apple"
    authorization = {"authorization": f"ApplePass {held.content['authenticationToken']}"}
    device = f"{url}/v1/devices/{phone.library_id}/registrations/{PASS_TYPE}"
    one = f"{device}/{held.opened.serial}"
    answers = [
        await world.http.post(one, json={"pushToken": "ab"}, headers=authorization),
        await world.http.get(device),
        await world.http.get(f"{url}/v1/passes/{PASS_TYPE}/{held.opened.serial}", headers=authorization),
        await world.http.delete(one, headers=authorization),
        await world.http.post(f"{url}/v1/log", json={"logs": ["Something"]}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200]
    assert (answers[0].content, answers[3].content, answers[4].content) == (b"", b"", b"")


async def test_a_device_nobody_knows_has_no_changes(world: AppleWorld) -> None:
    answer = await world.http.request(**changes(world.phone()))
    assert (answer.status_code, answer.content) == (204, b"")


async def test_no_change_since_the_tag_is_204_without_a_body(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    told = (await world.http.request(**changes(phone))).json()
    assert told == {"serialNumbers": [held.opened.serial], "lastUpdated": told["lastUpdated"]}
    answer = await world.http.request(**changes(phone, told["lastUpdated"]))
    assert (answer.status_code, answer.content) == (204, b"")
    await publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"]))
    later = (await world.http.request(**changes(phone, told["lastUpdated"]))).json()
    assert int(later["lastUpdated"]) > int(told["lastUpdated"])


async def test_the_list_names_exactly_the_passes_with_a_newer_tag(world: AppleWorld) -> None:
    """Each of them, not only those of the newest tag; and none that would be answered with 304."""
    phone, cards = world.phone(), [await world.shop.a_card() for _ in range(4)]
    serials = [(await world.add(phone, card)).opened.serial for card in cards]
    tag = (await world.http.request(**changes(phone))).json()["lastUpdated"]
    for card in (cards[0], cards[2]):
        await publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"]))
    told = (await world.http.request(**changes(phone, tag))).json()
    assert sorted(told["serialNumbers"]) == sorted([serials[0], serials[2]])
    for serial in told["serialNumbers"]:
        assert (await phone.fetch(phone.passes[serial])).status_code == 200


@pytest.mark.parametrize("tag", ["yesterday", "", "-1", "1e9", "9" * 400, "2026-11-22T10:00:00Z", "0x10", "١"])
async def test_a_tag_that_is_none_of_ours_gets_the_full_list(world: AppleWorld, tag: str) -> None:
    phone, held, _ = await installed(world)
    answer = await world.http.request(**changes(phone, tag))
    assert (answer.status_code, answer.json()["serialNumbers"]) == (200, [held.opened.serial])


async def test_another_pass_type_is_not_ours(world: AppleWorld) -> None:
    phone, held, _ = await installed(world)
    assert (await world.http.request(**changes(phone, pass_type="pass.example.other"))).status_code == 204
    url = f"{SERVICE}/passes/pass.example.other/{held.opened.serial}"
    token = {"authorization": f"ApplePass {held.content['authenticationToken']}"}
    assert (await world.http.get(url, headers=token)).status_code == 401


async def test_a_pass_the_phone_has_is_304_and_its_date_is_an_http_date(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    assert (await phone.fetch(held)).status_code == 304
    assert (await phone.fetch(held)).content == b""
    date = parsedate_to_datetime(held.last_modified)
    assert format_datetime(date, usegmt=True) == held.last_modified
    earlier = format_datetime(date - timedelta(seconds=1), usegmt=True)
    assert (await phone.fetch(held, **{"if-modified-since": earlier})).status_code == 200
    assert (await phone.fetch(held, **{"if-modified-since": "last week"})).status_code == 200
    await publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"]))
    assert (await phone.fetch(held)).status_code == 200


async def test_the_date_of_a_pass_rises_with_every_update_even_within_a_second(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    dates = [parsedate_to_datetime(held.last_modified)]
    for _ in range(3):
        await publish(world.services.sessions, world.shop.merchant_id, UUID(card["id"]))
        answer = await phone.fetch(held)
        dates.append(parsedate_to_datetime(answer.headers["last-modified"]))
    assert sorted(set(dates)) == dates


async def test_passes_are_built_live_and_never_kept_on_the_way(world: AppleWorld) -> None:
    phone, held, card = await installed(world)
    await world.shop.anna.earn(card, cents=300)
    answer = await phone.fetch(held, **{"if-modified-since": ""})
    points = open_pkpass(answer.content, world.apple.root).field("points")
    assert points is not None
    assert points["value"] == "3", "not yet published, but so"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/vnd.apple.pkpass"


async def test_a_wrong_token_and_an_unknown_pass_are_refused_alike(world: AppleWorld, promises: Promises) -> None:
    phone, held, _ = await installed(world)
    anonymous = AnonymousCaller(world.http, promises)
    token = held.content["authenticationToken"]
    wrong = [
        "",
        token,
        f"Bearer {token}",
        f"ApplePass {token[:-1]}",
        f"ApplePass {'0' * 32}",
        "ApplePass ",
        "ApplePass é",
    ]
    said = []
    for serial, header in [*((held.opened.serial, each) for each in wrong), (str(uuid4()), f"ApplePass {token}"),
                           (str(uuid4()), f"ApplePass {'0' * 32}"), ("no-uuid", f"ApplePass {token}")]:  # fmt: skip
        headers = {"authorization": header.encode()}
        with refused("pass_token_refused", 401) as answers:
            await anonymous.get(f"/apple/v1/passes/{PASS_TYPE}/{serial}", headers=headers)
        with refused("pass_token_refused", 401):
            await anonymous.post(
                f"/apple/v1/devices/{phone.library_id}/registrations/{PASS_TYPE}/{serial}",
                {"pushToken": "ab"},
                headers=headers,
            )
        with refused("pass_token_refused", 401):
            await anonymous.ask(
                "DELETE", f"/apple/v1/devices/{phone.library_id}/registrations/{PASS_TYPE}/{serial}", headers=headers
            )
        said.append({**answers[0].facts, "instance": "", "request_id": ""})
    assert all(each == said[0] for each in said)
    assert await phone.register(held) == 200


@pytest.mark.parametrize("token", ["", "../../3/device/x", "g" * 64, "a" * 201, "ab" * 32 + "\n", 7, None])
async def test_a_push_token_is_hexadecimal_or_refused(world: AppleWorld, promises: Promises, token: object) -> None:
    phone, held, _ = await installed(world)
    url = f"/apple/v1/devices/{phone.library_id}/registrations/{PASS_TYPE}/{held.opened.serial}"
    headers = {"authorization": f"ApplePass {held.content['authenticationToken']}"}
    with refused("validation_failed", 422):
        await AnonymousCaller(world.http, promises).post(url, {"pushToken": token}, headers=headers)


@pytest.mark.parametrize("device", ["a%00b", "%ff%fe", "a%0ab", "%2e%2e", "é", "x" * 201])
async def test_a_device_with_an_id_that_phones_do_not_have_is_nobody(world: AppleWorld, device: str) -> None:
    _, held, _ = await installed(world)
    headers = {"authorization": f"ApplePass {held.content['authenticationToken']}"}
    url = f"{SERVICE}/devices/{device}/registrations/{PASS_TYPE}"
    one = f"{url}/{held.opened.serial}"
    answers = [
        await world.http.get(url),
        await world.http.post(one, json={"pushToken": "ab"}, headers=headers),
        await world.http.delete(one, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [204, 401, 401]


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 2026 00:00:00 +9999",
        "Mon, 01 Jan 2026 99:00:00 GMT",
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +2300",
    ],
)
async def test_a_date_that_is_none_is_as_if_it_had_not_been_sent(world: AppleWorld, date: str) -> None:
    phone, held, _ = await installed(world)
    assert (await phone.fetch(held, **{"if-modified-since": date})).status_code == 200
    url = f"{SERVICE}/passes/{PASS_TYPE}/{held.opened.serial}"
    assert (await world.http.get(url, headers={"if-modified-since": date})).status_code == 401


@pytest.mark.slow
async def test_a_phone_under_ever_new_device_ids_is_served_and_pushed_once(world: AppleWorld) -> None:
    card = await world.shop.a_card()
    phone = world.phone()
    held = await world.add(phone, card)
    for _ in range(40):
        phone.library_id = uuid4().hex
        assert await phone.register(held) == 201
    world.apple.apns.pushes.clear()
    await world.shop.anna.earn(card, cents=100)
    await world.updated(card)
    assert world.apple.apns.tokens() == [phone.push_token]


async def test_a_phone_that_asks_all_the_time_is_slowed_down_and_no_other(world: AppleWorld) -> None:
    phone, _, _ = await installed(world)
    statuses = {(await world.http.request(**changes(phone))).status_code for _ in range(125)}
    assert statuses == {200, 429}
    other, _, _ = await installed(world)
    assert (await world.http.request(**changes(other))).status_code == 200


async def test_what_phones_complain_of_is_logged_short_and_without_secrets(
    world: AppleWorld, log_lines: LogLines
) -> None:
    secret = uuid4().hex
    lines = [
        f"Get pass task (for device {secret}, https://passes.orion.test/api/v1/apple) encountered error: 500",
        f"Authorization: ApplePass {secret}",
        "x " * 200,
    ]
    answer = await world.http.post(f"{SERVICE}/log", json={"logs": lines * 6})
    (logged,) = [line for line in log_lines() if line["event"] == "apple_phone_log"]
    assert answer.status_code == 200
    assert "encountered error: 500" in logged["lines"][0]
    assert len(logged["lines"]) == 10
    assert max(map(len, logged["lines"])) <= 300
    assert secret not in str(logged)
    assert "orion.test" not in str(logged)


async def test_a_flood_of_complaints_ends_before_it_is_read(world: AppleWorld, log_lines: LogLines) -> None:
    answers = [await world.http.post(f"{SERVICE}/log", json={"logs": ["x"]}) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert len([line for line in log_lines() if line["event"] == "apple_phone_log"]) == 20
    assert (await world.http.post(f"{SERVICE}/log", content=b"no json")).status_code == 429


async def test_a_phone_complains_in_four_kibibytes_at_most(world: AppleWorld, promises: Promises) -> None:
    anonymous = AnonymousCaller(world.http, promises)
    with refused("payload_too_large", 413):
        await anonymous.post("/apple/v1/log", {"logs": ["x" * 4096]})
    assert (await world.http.post(f"{SERVICE}/log", json={"logs": ["x" * 4000]})).status_code == 200


async def test_guesses_of_serial_numbers_and_devices_are_stopped_before_the_database(
    world: AppleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by address, which the caller cannot change."""
    monkeypatch.setattr(limits, "PER_ADDRESS", 30)
    token = {"authorization": f"ApplePass {'0' * 32}", "idempotency-key": "the same"}
    tried = [await world.http.get(f"{SERVICE}/passes/{PASS_TYPE}/{uuid4()}", headers=token) for _ in range(16)]
    tried += [await world.http.request(**changes(world.phone())) for _ in range(16)]
    tried += [await world.http.delete(f"{SERVICE}/devices/x/registrations/{PASS_TYPE}/{uuid4()}", headers=token)]
    assert [answer.status_code for answer in tried] == [401] * 16 + [204] * 14 + [429] * 3


async def test_a_full_house_behind_one_address_is_served(world: AppleWorld) -> None:
    """Everybody in the room was pushed at once: each phone asks what has changed and fetches its pass."""
    phone, held, _ = await installed(world)
    assert limits.PER_ADDRESS >= 1000 * 3
    statuses = {(await world.http.request(**changes(world.phone()))).status_code for _ in range(200)}
    assert statuses == {204}
    assert (await phone.fetch(held)).status_code == 304


async def test_downloads_are_counted_with_every_key_they_carry(world: AppleWorld) -> None:
    url = world.pass_url(await world.shop.a_card())
    statuses = [(await world.http.get(url, headers={"idempotency-key": "same"})).status_code for _ in range(65)]
    assert statuses == [200] * 60 + [429] * 5


async def test_the_address_of_a_pass_opens_only_for_a_card_in_use(world: AppleWorld, promises: Promises) -> None:
    card = await world.shop.a_card()
    anonymous = AnonymousCaller(world.http, promises)
    path = world.pass_url(card).partition("/api/v1")[2]
    page = world.services.links.url(world.shop.merchant_id, UUID(card["id"]), 0).rpartition("/")[2]
    outdated = world.pass_url(card, page_version=1).partition("/api/v1")[2]
    for wrong in (outdated, f"/storefront/loyalty/passes/{page}.pkpass", "/storefront/loyalty/passes/x.pkpass"):
        with refused("card_not_found", 404):
            await anonymous.get(wrong)
    with refused("card_not_found", 404):
        await anonymous.get(f"/storefront/loyalty/cards/{path.rpartition('/')[2].removesuffix('.pkpass')}")
    with refused("not_found", 404):
        await anonymous.get(path.removesuffix(".pkpass"))
    await world.superuser.execute("UPDATE cards SET state = 'deactivated' WHERE id = $1", UUID(card["id"]))
    with refused("card_not_found", 404):
        await anonymous.get(path)


async def test_without_certificates_there_is_no_pass_and_no_service(http: httpx.AsyncClient, world: AppleWorld) -> None:
    card = await world.shop.a_card()
    phone = FakeIPhone(http, world.apple.root)
    assert (await http.get(world.pass_url(card))).status_code == 404
    assert (await http.request(**changes(phone))).status_code == 204
    assert (await http.get(f"{SERVICE}/passes/{PASS_TYPE}/{uuid4()}")).status_code == 401


async def test_no_token_and_no_address_of_a_pass_is_logged(world: AppleWorld, log_lines: LogLines) -> None:
    """Neither of phones nor of passes, not even when Apple answers badly."""
    phone, held, card = await installed(world)
    world.apple.apns.script(phone.push_token, *BAD_ANSWERS)
    for _ in BAD_ANSWERS:
        await world.shop.anna.earn(card, cents=100)
        await world.update(card)
    clock.move(timedelta(minutes=2))
    await world.update(card)
    await phone.pushed()
    logged = str(log_lines())
    assert "/api/v1/apple/v1/passes/{pass_type}/{serial}" in logged
    secrets = (phone.push_token, held.content["authenticationToken"], world.pass_url(card).rpartition("/")[2])
    for secret in (*secrets, secrets[2].removesuffix(".pkpass"), phone.library_id, held.opened.serial):
        assert secret not in logged
