"""The status of the wallets for administrators, and what they can do about it."""

import json
from uuid import UUID, uuid4

import msgspec
from arq.constants import job_key_prefix

from backend.core.clock import clock
from backend.operations.task_runs.actions import queue_run
from backend.wallets.wallet_links import open_link
from tests.conftest import OwnTown
from tests.wallets.conftest import STATUS, GoogleTown, orion, signed_in
from tests.world import CLAIRE, PAUL
from tests.world.caller import Json, refused
from tests.world.till import Card

SYNC, CHECK = "/admin/loyalty/wallets/sync", "/admin/loyalty/wallets/check"


def outcomes(status: Json) -> dict[str, str]:
    return {step["name"]: step["outcome"] for step in status["steps"]}


async def test_the_status_names_every_step_and_counts_every_pass(google_town: GoogleTown) -> None:
    right, behind = await google_town.a_card(), await google_town.a_card()
    await google_town.shop.anna.earn(behind, cents=100)
    status = await google_town.paul.get(STATUS)
    assert (status["google_configured"], status["apple_configured"]) == (True, False)
    assert status["issuer"] == google_town.google.fake.passes.issuer_id
    assert status["origins"] == ["http://orion.test"]
    assert (status["credentials_valid"], status["key_age_days"], status["certificate_days_left"]) == (True, 0, None)
    assert status["errors"] == []
    google = status["google"]
    assert google["working"]
    assert outcomes(google) == {
        "file_readable": "ok",
        "key_parses": "ok",
        "token": "ok",
        "issuer": "ok",
        "class": "ok",
        "public_address": "ok",
        "logo": "skipped",
    }
    passes = {name: google["passes"][name] for name in ("active", "right", "behind", "failed")}
    assert passes == {"active": 2, "right": 1, "behind": 1, "failed": 0}
    assert google["breaker"] == {"state": "closed", "reason": None}
    assert google_town.at_google(right)["state"] == "ACTIVE"


async def test_the_status_is_in_the_readers_language_and_without_placeholders(google_town: GoogleTown) -> None:
    for language in ("en", "de"):
        status = await google_town.paul.reading(language).get(STATUS)
        assert all(step["sentence"] and "%(" not in step["sentence"] for step in status["google"]["steps"])


async def test_a_google_that_refuses_us_is_shown_as_stopped(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    google_town.google.fake.faults.is_forbidden = True
    await google_town.shop.anna.earn(card, cents=100)
    await google_town.services.wallet_sync.sync_card(google_town.shop.merchant_id, UUID(card["id"]), "google")
    status = await google_town.paul.get(STATUS)
    assert status["google"]["breaker"]["state"] == "stopped"
    assert not status["google"]["working"]
    assert status["credentials_valid"] is False
    assert len(status["errors"]) == 1
    google_town.google.fake.faults.is_forbidden = False
    status = await google_town.paul.get(STATUS)
    assert (status["google"]["breaker"]["state"], status["errors"]) == ("stopped", []), "a look changes nothing"
    status = (await google_town.paul.send("POST", CHECK)).json()
    assert (status["google"]["breaker"]["state"], status["errors"]) == ("closed", [])


async def test_without_wallets_nothing_is_wrong(own_town: OwnTown) -> None:
    async with own_town() as town:
        status = await (await signed_in(town, PAUL)).get(STATUS)
    assert (status["google_configured"], status["apple_configured"], status["errors"]) == (False, False, [])
    assert (status["credentials_valid"], status["issuer"]) == (None, None)


async def test_a_run_is_queued_for_the_worker(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    answer = await google_town.paul.send("POST", SYNC, json={"card_code": card["code"].lower()})
    assert answer.status_code == 202
    run = await google_town.paul.get(f"/admin/task-runs/{answer.json()['run_id']}")
    assert (run["state"], run["merchant_code"], run["requested_by"]) == ("queued", google_town.shop.code, PAUL.name)
    assert run["arguments"] == {"only_failed": False, "card_id": card["id"], "card_code": card["code"].lower()}
    job = await google_town.services.redis.get(f"{job_key_prefix}task:{run['id']}")
    assert msgspec.json.decode(job)["a"] == [run["id"]]


async def a_failed_run(google_town: GoogleTown) -> tuple[Card, str]:
    """A card that Google has refused, and the run that reports it."""
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    google_town.google.fake.passes.forget("loyaltyObject", google_town.at_google(card)["id"])
    google_class = next(google_town.google.fake.passes.all("loyaltyClass"))
    google_class.body["reviewStatus"] = "REJECTED"
    told = json.loads((await orion(google_town, "wallets", "sync", "--json")).stdout)
    assert list(told["failed_card_ids"]) == [card["id"]]
    google_class.body["reviewStatus"] = "APPROVED"
    return card, told["run_id"]


async def test_the_failures_of_a_run_can_be_run_again(google_town: GoogleTown) -> None:
    other = await google_town.a_card()
    card, run_id = await a_failed_run(google_town)
    await google_town.shop.anna.earn(other, cents=100)
    answer = await google_town.paul.send("POST", SYNC, json={"run_id": run_id})
    assert answer.status_code == 202
    run = await google_town.paul.get(f"/admin/task-runs/{answer.json()['run_id']}")
    assert run["arguments"] == {"only_failed": False, "card_ids": [card["id"]]}
    told = json.loads((await orion(google_town, "wallets", "sync", "--run", run_id, "--json")).stdout)
    assert (told["processed"], told["synced"], told["failed_card_ids"]) == (1, 1, {})
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 1}
    assert google_town.at_google(other)["loyaltyPoints"]["balance"] == {"int": 0}


async def test_a_run_that_is_none_over_passes_names_no_cards(google_town: GoogleTown) -> None:
    other = await queue_run(google_town.services.sessions, "expire_points")
    for run_id in (other.id, uuid4()):
        with refused("task_run_not_found", 404):
            await google_town.paul.post(SYNC, {"run_id": str(run_id)})
        assert (await orion(google_town, "wallets", "sync", "--run", str(run_id))).exit_code == 2


async def test_an_id_from_a_run_leads_to_its_card(google_town: GoogleTown) -> None:
    """An operator has only an id from `failed_card_ids`."""
    card, _ = await a_failed_run(google_town)
    by_code = await google_town.ada.get(f"/admin/loyalty/wallets/cards/{card['code']}")
    path = f"/admin/loyalty/wallets/cards/{card['id']}"
    by_id = await google_town.ada.get(path)
    assert (by_id["card_id"], by_id["card_code"]) == (card["id"], card["code"])
    assert by_id == by_code
    (link,) = by_id["links"]
    assert (link["status"], link["would_send"]["id"]) == ("failed", link["external_id"])
    assert link["last_error_code"]
    assert (await google_town.ada.post(f"{path}/google/retry"))["outcome"] == "synced"
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 1}
    run_id = (await google_town.paul.post(SYNC, {"card_code": card["id"]}))["run_id"]
    run = await google_town.paul.get(f"/admin/task-runs/{run_id}")
    assert run["arguments"]["card_id"] == card["id"]
    assert "1 passes looked at" in (await orion(google_town, "wallets", "sync", "--card", card["id"].upper())).stdout


async def test_a_run_over_what_is_not_there_is_refused(google_town: GoogleTown) -> None:
    card = await google_town.shop.a_card()
    with refused("merchant_not_found", 404):
        await google_town.paul.post(SYNC, {"merchant_code": "nobody"})
    elsewhere = {"merchant_code": "fashion-group"}
    for body in (
        {"card_code": "nonsense"},
        {"card_code": str(uuid4())},
        {"card_code": card["code"], **elsewhere},
        {"card_code": card["id"], **elsewhere},
    ):
        with refused("card_not_found", 404):
            await google_town.paul.post(SYNC, body)


async def test_a_run_that_no_worker_can_hear_of_is_refused(own_town: OwnTown) -> None:
    async with own_town(redis_url="redis://127.0.0.1:1") as town:
        paul = await signed_in(town, PAUL)
        with refused("unavailable", 503):
            await paul.post(SYNC, {})
        (run,) = (await paul.get("/admin/task-runs"))["data"]
        assert run["state"] == "failed"


async def test_one_card_from_the_inside(google_town: GoogleTown) -> None:
    card = await google_town.a_card(points=4, first_name="Marie")
    told = await google_town.ada.get(f"/admin/loyalty/wallets/cards/{card['code']}")
    assert (told["card_code"], told["merchant_code"], told["state"]) == (card["code"], google_town.shop.code, "active")
    assert (told["shows"]["points_balance"], told["shows"]["page_url"]) == (4, "(hidden)")
    (link,) = told["links"]
    assert (link["provider"], link["status"], link["is_right"], link["device_count"]) == (
        "google",
        "active",
        True,
        None,
    )
    assert link["would_send"]["loyaltyPoints"]["balance"] == {"int": 4}
    assert told["save_link_error"] is None


async def test_what_the_provider_answered_last_is_shown_and_can_be_tried_again(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    google_town.google.fake.faults.next.append("503")
    await google_town.services.wallet_sync.sync_card(google_town.shop.merchant_id, UUID(card["id"]), "google")
    path = f"/admin/loyalty/wallets/cards/{card['code']}"
    (link,) = (await google_town.ada.get(path))["links"]
    assert (link["attempts"], link["is_right"]) == (1, False)
    assert link["last_error_code"]
    again = await google_town.ada.post(f"{path}/google/retry")
    assert (again["provider"], again["outcome"]) == ("google", "synced")
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 1}


async def test_trying_one_pass_again_leaves_the_other_one_right(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    merchant_id = google_town.shop.merchant_id
    async with google_town.services.sessions.committing(merchant_id) as session:
        await open_link(session, (merchant_id, UUID(card["id"]), "apple"), str(uuid4()), clock.now())
    await google_town.town.superuser.execute(
        "UPDATE wallet_links SET synced_version = (SELECT wallet_version FROM cards WHERE id = card_id)"
        " WHERE card_id = $1", UUID(card["id"]),
    )  # fmt: skip
    google_town.at_google(card)["loyaltyPoints"]["balance"] = {"int": 99}
    path = f"/admin/loyalty/wallets/cards/{card['code']}"
    assert (await google_town.ada.post(f"{path}/google/retry"))["outcome"] == "synced"
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 0}, "sent although it was up to date"
    assert [link["is_right"] for link in (await google_town.ada.get(path))["links"]] == [True, True]


async def test_a_card_in_no_wallet_cannot_be_tried_again(google_town: GoogleTown) -> None:
    card = await google_town.shop.a_card()
    with refused("no_such_pass", 404):
        await google_town.ada.post(f"/admin/loyalty/wallets/cards/{card['code']}/google/retry")


async def test_debugging_is_for_super_admins_and_the_status_for_the_platform(google_town: GoogleTown) -> None:
    card = await google_town.shop.a_card()
    claire = await signed_in(google_town.town, CLAIRE)
    with refused("forbidden", 403):
        await claire.get(STATUS)
    with refused("forbidden", 403):
        await google_town.paul.get(f"/admin/loyalty/wallets/cards/{card['code']}")


async def test_the_command_names_the_same_steps(google_town: GoogleTown) -> None:
    result = await orion(google_town, "wallets", "check", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"], told["apple"]) == (0, True, {"configured": False, "steps": []})
    status = await google_town.paul.get(STATUS)
    assert told["google"]["steps"] == status["google"]["steps"]
    text = (await orion(google_town, "wallets", "check")).stdout
    assert "Google takes" not in text
    assert "Google gives us a token." in text
    assert "Apple Wallet is not configured." in text


async def test_the_command_ends_with_one_when_a_step_fails(google_town: GoogleTown) -> None:
    google_town.google.fake.faults.is_forbidden = True
    result = await orion(google_town, "wallets", "check")
    assert result.exit_code == 1
    assert "failed   issuer" in result.stdout
    assert "→ Add the service account" in result.stdout


async def test_the_command_brings_passes_up_to_date(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    result = await orion(google_town, "wallets", "sync", "--merchant", google_town.shop.code.upper(), "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["processed"], told["synced"], told["failed_card_ids"]) == (0, 1, 1, {})
    assert google_town.at_google(card)["loyaltyPoints"]["balance"] == {"int": 1}
    assert "0 passes looked at" in (await orion(google_town, "wallets", "sync")).stdout
    assert "1 passes looked at" in (await orion(google_town, "wallets", "sync", "--card", card["code"])).stdout


async def test_the_command_ends_with_three_when_a_card_failed(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    google_town.google.fake.passes.forget("loyaltyObject", google_town.at_google(card)["id"])
    google_town.google.fake.passes.rejected_names.add("Fashion Club")
    google_class = next(google_town.google.fake.passes.all("loyaltyClass"))
    google_class.body["reviewStatus"] = "REJECTED"
    result = await orion(google_town, "wallets", "sync", "--all")
    assert result.exit_code == 3, result.output
    assert card["id"] in result.stdout
    again = await orion(google_town, "wallets", "sync", "--failed", "--json")
    assert list(json.loads(again.stdout)["failed_card_ids"]) == [card["id"]]


async def test_the_command_ends_with_one_when_google_refuses_us(google_town: GoogleTown) -> None:
    card = await google_town.a_card()
    await google_town.shop.anna.earn(card, cents=100)
    google_town.google.fake.faults.is_forbidden = True
    result = await orion(google_town, "wallets", "sync", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["failed_card_ids"], told["postponed"]) == (1, {}, 1)
    assert told["error"].startswith("google: ")


async def test_the_command_used_wrongly_ends_with_two(google_town: GoogleTown) -> None:
    run = ["--run", str(uuid4())]
    for words in (
        ["sync", "--all", "--card", "X"],
        ["sync", "--merchant", "nobody"],
        ["sync", "--card", "nonsense"],
        ["sync", "--all", *run],
        ["sync", "--failed", *run],
        ["sync", "--run", "nonsense"],
    ):
        assert (await orion(google_town, "wallets", *words)).exit_code == 2
