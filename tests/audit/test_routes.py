"""Owners read their merchant's entries, administrators those of any chain."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.audit.schemas import AuditEntryView
from backend.core.clock import clock
from backend.operations.audit import tasks
from backend.services import Services
from tests.audit.entries import chain_of, change
from tests.audit.operations import Scene
from tests.conftest import OpenShop
from tests.world import PASSWORD
from tests.world.caller import Caller, Json, refused
from tests.world.shop import Shop, hire_admin
from tests.world.till import LUXEMBOURG, AnonymousCaller

ENTRIES = "/merchant/audit"


@pytest.fixture
async def paul(services: Services, anonymous: AnonymousCaller) -> Caller:
    return await hire_admin(services, anonymous, "Paul Klein")


async def listed(reader: Caller, path: str = ENTRIES, **asked: Any) -> list[Json]:
    found: list[Json] = (await reader.get(path, params=asked))["data"]
    return found


async def a_day_of_changes(shop: Shop) -> Scene:
    """A reward is added yesterday and changed today; somebody deactivates a card for the merchant."""
    scene = Scene(shop, shop.claire)
    clock.move(timedelta(days=-1))
    reward = await scene.owner.add_reward("Scarf", 100)
    clock.move(timedelta(days=1))
    await scene.owner.change_reward(reward, points_required=120, ends_on="2027-02-28")
    return scene


async def test_an_owner_reads_what_was_changed_in_words(shop: Shop) -> None:
    await a_day_of_changes(shop)
    changed, created = await listed(shop.claire)
    assert (changed["title"], changed["user_name"], changed["on_behalf"]) == ("Reward changed", "Claire", False)
    words = {change["label"]: (change["before"], change["after"]) for change in changed["changes"]}
    assert words == {"Points required": ("100", "120"), "Last day": ("–", "28 Feb 2027")}
    assert (created["seq"], changed["seq"]) == (1, 2)
    (first, _) = await listed(shop.claire.reading("de"))
    assert first["title"] == "Prämie geändert"
    assert {change["label"] for change in first["changes"]} == {"Letzter Tag", "Nötige Punkte"}


async def test_entries_are_filtered_by_day_person_action_and_subject(shop: Shop) -> None:
    await a_day_of_changes(shop)
    await Scene(shop, shop.claire).owner.set_fraud_limits()
    await shop.anna.set_own_pin(PASSWORD, "4071")
    today, (changed, created) = clock.now().astimezone(LUXEMBOURG).date(), (await listed(shop.claire))[-2:]
    anna = str(shop.user_ids["anna"])
    assert [each["action"] for each in await listed(shop.claire, user=anna)] == ["pin.set"]
    assert [each["id"] for each in await listed(shop.claire, action="reward.created")] == [created["id"]]
    about = await listed(shop.claire, subject=changed["subject"])
    assert [each["id"] for each in about] == [changed["id"], created["id"]]
    assert [each["id"] for each in await listed(shop.claire, until=str(today - timedelta(days=1)))] == [created["id"]]
    assert created["id"] not in {each["id"] for each in await listed(shop.claire, **{"from": str(today)})}
    assert await listed(shop.claire, subject="no id") == []
    assert await listed(shop.claire, order="oldest") == (await listed(shop.claire))[::-1]


async def test_the_list_has_pages(services: Services, shop: Shop) -> None:
    await change(services, chain_of(shop), times=5)
    first = await shop.claire.get(ENTRIES, params={"limit": 3})
    rest = await shop.claire.get(ENTRIES, params={"limit": 3, "after": first["next_cursor"]})
    assert [entry["seq"] for entry in first["data"] + rest["data"]] == [5, 4, 3, 2, 1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    with refused("cursor_expired", 410):
        await shop.claire.get(ENTRIES, params={"after": first["next_cursor"], "action": "reward.changed"})
    oldest = await shop.claire.get(ENTRIES, params={"limit": 3, "order": "oldest"})
    newer = {"limit": 3, "order": "oldest", "after": oldest["next_cursor"]}
    following = await shop.claire.get(ENTRIES, params=newer)
    assert [entry["seq"] for entry in oldest["data"] + following["data"]] == [1, 2, 3, 4, 5]


async def test_the_overview_names_people_actions_and_the_last_verification(services: Services, shop: Shop) -> None:
    await a_day_of_changes(shop)
    before = await shop.claire.get(f"{ENTRIES}/overview")
    assert before["chain"] == {
        "entry_count": 2, "checked_at": None, "checked_count": None, "is_intact": None, "faulty_seq": None
    }  # fmt: skip
    assert [person["name"] for person in before["people"]] == ["Claire"]
    assert [action["title"] for action in before["actions"]] == ["Reward changed", "Reward created"]
    await tasks.verify_audit(services.pool, services.sessions)
    chain = (await shop.claire.get(f"{ENTRIES}/overview"))["chain"]
    assert (chain["checked_count"], chain["is_intact"]) == (2, True)


async def test_one_entry_names_its_session_and_its_digest(shop: Shop, opened: OpenShop) -> None:
    await a_day_of_changes(shop)
    newest = (await listed(shop.claire))[0]
    entry = await shop.claire.get(f"{ENTRIES}/{newest['id']}")
    assert entry == newest
    assert UUID(entry["sign_in_id"])
    assert len(bytes.fromhex(entry["digest"])) == 32
    stranger = await opened()
    with refused("audit_entry_not_found", 404):
        await stranger.claire.get(f"{ENTRIES}/{newest['id']}")


async def test_a_store_member_reads_no_entries(shop: Shop) -> None:
    with refused("forbidden", 403):
        await shop.anna.get(ENTRIES)


async def test_an_administrator_reads_the_platforms_chain_and_any_merchants(shop: Shop, paul: Caller) -> None:
    scene = await a_day_of_changes(shop)
    await scene.owner.set_fraud_limits({"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 5})
    of_merchant = await listed(paul, "/admin/audit", merchant=shop.code)
    assert [entry["action"] for entry in of_merchant] == ["fraud_limits.changed", "reward.changed", "reward.created"]
    assert {entry["action"] for entry in await listed(paul, "/admin/audit")}.isdisjoint({"reward.created"})
    one = await paul.get(f"/admin/audit/{of_merchant[0]['id']}", params={"merchant": shop.code})
    assert one == of_merchant[0]
    with refused("audit_entry_not_found", 404):
        await paul.get(f"/admin/audit/{of_merchant[0]['id']}")
    with refused("merchant_not_found", 404):
        await paul.get("/admin/audit", params={"merchant": "nobody"})


async def test_an_administrators_change_is_seen_by_the_merchant(shop: Shop, paul: Caller) -> None:
    card = await shop.a_card()
    await Scene(shop, paul).platform.deactivate(card)
    (entry,) = await listed(shop.claire)
    assert (entry["on_behalf"], entry["user_name"], entry["subject"]) == (True, "Paul Klein", card["id"])


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


@pytest.mark.parametrize(("language", "delimiter"), [("en", ","), ("fr", ";"), ("de", ";"), ("lb", ";")])
async def test_entries_are_downloaded_as_csv(shop: Shop, language: str, delimiter: str) -> None:
    await a_day_of_changes(shop)
    answer = await download(shop.claire, language)
    assert answer.startswith("\ufeff")
    header, *rows = rows_of(answer.removeprefix("\ufeff"), delimiter)
    assert {len(row) for row in rows} == {len(header)}
    assert ["100", "120"] in [row[9:11] for row in rows]
    (newest, *_) = await listed(shop.claire)
    assert newest["action"] == "audit.exported", "an export is written down as well"


async def test_no_cell_is_a_formula(shop: Shop) -> None:
    scene = Scene(shop, shop.claire)
    for name in ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "＝1", "＋1", "－1", "＠SUM(1)"):
        await scene.owner.add_reward(f"{name} x")
    text = (await download(shop.claire)).removeprefix("\ufeff")
    cells = [cell for row in rows_of(text, ",") for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠")) and cell != "–"]
    assert re.fullmatch(r'(("([^"]|"")*",)+"([^"]|"")*"\r\n)+', text), "another separator begins no cell"


async def download(reader: Caller, language: str = "en") -> str:
    headers = {"Authorization": f"Bearer {reader.token}", "Accept-Language": language}
    answer = await reader.http.get("/api/v1/merchant/audit/export", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    return answer.text


def test_the_view_has_no_raw_values() -> None:
    """Pages show words only."""
    assert not {"before", "after"} & set(AuditEntryView.__struct_fields__)
