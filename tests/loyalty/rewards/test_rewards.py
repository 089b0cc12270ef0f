"""The owner's list of rewards: what is offered, in which order, when and where."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from backend.core.clock import clock
from backend.core.database import DIALECT
from backend.core.ids import new_id
from backend.loyalty.rewards.models import Reward
from backend.loyalty.rewards.offered import announce_periods
from backend.loyalty.rewards.queries import RewardRepository
from backend.merchants.queries import list_merchants_with
from backend.services import Services
from tests.conftest import OpenShop, Servers
from tests.world.caller import Json, new_key, outcome, refused
from tests.world.office import Office
from tests.world.shop import Shop
from workers.jobs import rewards as jobs

EVENTS = "SELECT count(*) FROM events WHERE merchant_id = $1 AND name = 'rewards_changed'"
ENTRIES = "SELECT * FROM audit_entries WHERE merchant_id = $1 ORDER BY id"


@pytest.fixture
def office(shop: Shop) -> Office:
    return Office.of(shop.claire)


def names(page: Json) -> list[str]:
    return [reward["name"]["en"] for reward in page["data"]]


async def offered(shop: Shop) -> list[str]:
    """At the till."""
    return [reward["name"] for reward in (await shop.anna.program())["rewards"]]


async def test_a_new_reward_is_offered_at_once_as_the_last(shop: Shop, office: Office) -> None:
    added = await office.add_reward("Scarf", 50, value_cents=1200)
    assert (added["state"], added["position"], added["version"]) == ("offered", 3, 1)
    assert await offered(shop) == ["Voucher", "Voucher", "Scarf"]
    assert await office.reward(added) == added
    card = await shop.a_card(points=60)
    assert (await shop.anna.redeem(card, added["id"]))["transaction"]["reward"] == "Scarf"


async def test_the_answer_says_where_the_reward_is_and_its_version(office: Office) -> None:
    body = {"name": {"en": "Scarf"}, "points_required": 50}
    answer = await office.send("POST", "/merchant/loyalty/rewards", json=body)
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"/api/v1/merchant/loyalty/rewards/{answer.json()['id']}"


async def test_the_same_request_twice_adds_one_reward(office: Office) -> None:
    key = new_key()
    twins = await asyncio.gather(*(office.add_reward(key=key) for _ in range(4)))
    assert [twin == twins[0] for twin in twins] == [True] * 4
    assert len((await office.rewards())["data"]) == 3
    with refused("idempotency_key_reused", 422):
        await office.add_reward("Another", key=key)


async def test_a_change_needs_the_version_it_was_made_from(shop: Shop, office: Office) -> None:
    added = await office.add_reward()
    path = f"/merchant/loyalty/rewards/{added['id']}"
    with refused("precondition_required", 428):
        await office.ask("PATCH", path, json={"points_required": 300})
    changed = await office.change_reward(added, points_required=300)
    assert (changed["points_required"], changed["version"]) == (300, 2)
    with refused("stale", 412) as said:
        await office.change_reward(added, points_required=250)
    assert (said[0]["changed_by"], said[0]["version"]) == ("Claire", 2)
    assert (await office.reward(added))["points_required"] == 300
    for tags in ('"9", "2"', "*"):
        await office.ask("PATCH", path, json={"points_required": 300}, headers={"if-match": tags})


async def test_a_conflict_names_who_made_the_change_and_not_who_moved_the_reward(
    shop: Shop, office: Office, superuser: asyncpg.Connection
) -> None:
    added = await office.add_reward()
    await office.change_reward(added, points_required=300)
    clock.move(timedelta(minutes=1))
    await superuser.execute("UPDATE users SET name = 'Bruno' WHERE id = $1", shop.user_ids["claire"])
    await office.move_reward(added, 1)
    with refused("stale", 412) as said:
        await office.change_reward(added, points_required=250)
    assert said[0]["changed_by"] == "Claire"


async def test_of_two_changes_at_once_one_is_made(office: Office) -> None:
    added = await office.add_reward()
    asked = [office.change_reward(added, points_required=points) for points in range(300, 306)]
    results = await asyncio.gather(*map(outcome, asked))
    assert sorted(results) == ["booked"] + ["stale"] * 5


async def test_what_a_change_leaves_out_stays(office: Office) -> None:
    added = await office.add_reward(stock=5, limit_per_card=1, description={"en": "Soft"})
    changed = await office.change_reward(added, limit_per_card=None, name={"en": "Silk scarf", "fr": "Foulard"})
    assert (changed["stock"], changed["limit_per_card"], changed["description"]) == (5, None, {"en": "Soft"})
    assert changed["name"] == {"en": "Silk scarf", "fr": "Foulard"}


async def test_a_change_that_changes_nothing_leaves_no_trace(shop: Shop, office: Office, superuser: Any) -> None:
    added = await office.add_reward()
    again = await office.change_reward(added, name=added["name"], store_ids=[], stock=None)
    assert again == added
    assert len(await superuser.fetch(ENTRIES, shop.merchant_id)) == 1
    assert await superuser.fetchval(EVENTS, shop.merchant_id) == 1


async def test_a_sale_between_looking_and_saving_does_not_disturb(shop: Shop, office: Office) -> None:
    """And is not undone: the stock is written only when somebody has counted."""
    added = await office.add_reward(points=10, stock=5)
    card = await shop.a_card(points=20)
    await shop.anna.redeem(card, added["id"])
    assert (await office.change_reward(added, name={"en": "Scarf, new"}))["stock"] == 4


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": {"fr": "Foulard"}}, "/name/en"),
        ({"name": {"en": "  "}}, "/name/en"),
        ({"name": {"en": "x" * 101}}, "/name/en"),
        ({"name": {"en": "\u200b\u3164\u2800"}}, "/name/en"),
        ({"name": {"en": "Scarf\nof wool"}}, "/name/en"),
        ({"name": {"en": "Scarf\u2028"}}, "/name/en"),
        ({"name": {"en": "\u202efracS"}}, "/name/en"),
        ({"description": {"en": "Soft\u202e"}}, "/description/en"),
        ({"name": {"xx": "Scarf"}}, "/name/xx"),
        ({"points_required": 0}, "/points_required"),
        ({"stock": -1}, "/stock"),
        ({"limit_per_card": 0}, "/limit_per_card"),
        ({"value_cents": -1}, "/value_cents"),
        ({"store_ids": [str(uuid4())]}, "/store_ids/0"),
        ({"picture": "0" * 64}, "/picture"),
        ({"picture": "../../etc"}, "/picture"),
        ({"starts_on": "2026-06-02", "ends_on": "2026-06-01"}, "/ends_on"),
        ({"color": "red"}, "/color"),
    ],
)
async def test_a_mistake_is_pointed_at_and_nothing_is_written(office: Office, wrong: Json, pointer: str) -> None:
    with refused("validation_failed", 422) as said:
        await office.add_reward(**wrong)
    assert [error["pointer"] for error in said[0]["errors"]] == [pointer]
    assert len((await office.rewards())["data"]) == 2


async def test_without_a_program_there_are_no_rewards(
    shop: Shop, office: Office, superuser: asyncpg.Connection
) -> None:
    tables = ("rewards", "terms_versions", "programs")
    await superuser.execute(
        "; ".join(f"DELETE FROM {table} WHERE merchant_id = '{shop.merchant_id}'" for table in tables)
    )
    assert (await office.rewards())["data"] == []
    with refused("program_missing", 409):
        await office.add_reward()


async def test_another_merchants_store_cannot_be_named(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    with refused("validation_failed", 422):
        await Office.of(mine.claire).add_reward(store_ids=[str(theirs.store_ids[theirs.hub])])


async def test_a_reward_of_one_store_is_handed_over_there(shop: Shop, office: Office) -> None:
    there = str(shop.store_ids[shop.outlet])
    added = await office.add_reward(points=10, store_ids=[there, there])
    assert added["store_ids"] == [there]
    card = await shop.a_card(points=20)
    with refused("other_store_only", 409):
        await shop.anna.redeem(card, added["id"])
    everywhere = await office.change_reward(added, store_ids=[])
    assert everywhere["store_ids"] == []
    await shop.anna.redeem(card, added["id"])


async def test_a_period_counts_in_the_merchants_days(shop: Shop, office: Office) -> None:
    """In Luxembourg, two hours ahead in June."""
    added = await office.add_reward("June scarf", starts_on="2030-06-01", ends_on="2030-06-30")
    assert added["state"] == "scheduled"
    for moment, state in (
        (datetime(2030, 5, 31, 21, 59, tzinfo=UTC), "scheduled"),
        (datetime(2030, 5, 31, 22, 0, tzinfo=UTC), "offered"),
        (datetime(2030, 6, 30, 21, 59, tzinfo=UTC), "offered"),
        (datetime(2030, 6, 30, 22, 0, tzinfo=UTC), "ended"),
    ):
        clock.move(moment - clock.now())
        assert (await office.reward(added))["state"] == state
        assert ("June scarf" in await offered(shop)) == (state == "offered")
        assert names(await office.rewards(state=state))[-1] == "June scarf"


async def test_a_paused_reward_is_not_offered(shop: Shop, office: Office) -> None:
    added = await office.add_reward(is_active=False)
    assert added["state"] == "paused"
    assert "Scarf" not in await offered(shop)
    with refused("reward_not_found", 404):
        await shop.anna.redeem(await shop.a_card(points=300), added["id"])


async def test_an_archived_reward_stays_in_the_history(shop: Shop, office: Office) -> None:
    added = await office.add_reward(points=10)
    card = await shop.a_card(points=20)
    redeemed = await shop.anna.redeem(card, added["id"])
    archived = await office.archive(added)
    assert archived["state"] == "archived"
    assert await offered(shop) == ["Voucher", "Voucher"]
    assert names(await office.rewards()) == ["Voucher", "Voucher"]
    assert names(await office.rewards(state="archived")) == ["Scarf"]
    assert (await office.history(card))["data"][0]["reward"] == "Scarf"
    assert (await shop.anna.void(redeemed))["card"]["points_balance"] == 20
    with refused("reward_archived", 409):
        await office.change_reward(archived, points_required=9)
    restored = await office.restore_reward(archived)
    assert (restored["state"], restored["position"]) == ("offered", 3)
    assert await offered(shop) == ["Voucher", "Voucher", "Scarf"]


async def test_what_is_held_is_handed_over_though_the_reward_was_archived(shop: Shop, office: Office) -> None:
    added = await office.add_reward("Scarf", 10)
    card = await shop.a_card(points=20)
    hold = (await shop.anna.reserve(card, added["id"]))["hold"]
    await office.archive(added)
    assert [held["reward"] for held in (await shop.anna.show(card))["holds"]] == ["Scarf"]
    assert (await shop.anna.confirm(card, hold))["transaction"]["reward"] == "Scarf"


async def test_rewards_are_moved(office: Office, shop: Shop) -> None:
    for name in ("Scarf", "Bag", "Hat"):
        await office.add_reward(name)
    before = await office.rewards()
    hat = before["data"][4]
    moved = await office.move_reward(hat, 3)
    assert (moved["position"], moved["version"]) == (3, hat["version"])
    assert names(await office.rewards())[2:] == ["Hat", "Scarf", "Bag"]
    assert (await offered(shop))[2:] == ["Hat", "Scarf", "Bag"]
    assert (await office.move_reward(hat, 9_999))["position"] == 5
    await office.archive(before["data"][3])
    with refused("reward_archived", 409):
        await office.move_reward(before["data"][3], 1)
    with refused("reward_not_found", 404):
        await office.move_reward(str(uuid4()), 1)


async def test_moves_at_the_same_time_leave_each_position_once(office: Office) -> None:
    rewards = [await office.add_reward(f"Reward {number}") for number in range(6)]
    await asyncio.gather(*(office.move_reward(reward, 1 + number % 3) for number, reward in enumerate(rewards)))
    assert [reward["position"] for reward in (await office.rewards())["data"]] == list(range(1, 9))


async def test_words_find_a_reward_in_any_language_and_spelling(office: Office) -> None:
    await office.add_reward({"en": "Wool scarf", "fr": "Écharpe en laine"})
    await office.add_reward("Gloves", description={"de": "Aus Lëtzebuerg, 100 % Wolle"})
    for query, found in (
        ("SCARF", ["Wool scarf"]),
        ("echarpe lai", ["Wool scarf"]),
        ("letzebuerg", ["Gloves"]),
        ("wol", ["Gloves"]),
        ("%", ["Gloves"]),
        ("scarf\0wool", ["Wool scarf"]),
        ("nothing", []),
        ("\0wol\0", ["Gloves"]),
        ("_", []),
    ):
        listed = names(await office.rewards(query=query))
        assert listed == found, query


async def test_the_list_is_filtered_by_store(shop: Shop, office: Office) -> None:
    hub, outlet = (str(shop.store_ids[code]) for code in (shop.hub, shop.outlet))
    await office.add_reward("At the hub", store_ids=[hub])
    assert "At the hub" in names(await office.rewards(store_id=hub))
    assert names(await office.rewards(store_id=outlet)) == ["Voucher", "Voucher"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("position", ["Cheap", "Dear", "Middle", "Same"]),
        ("points_required", ["Cheap", "Middle", "Same", "Dear"]),
        ("-points_required", ["Dear", "Same", "Middle", "Cheap"]),
        ("-created_at", ["Same", "Middle", "Dear", "Cheap"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_every_page_goes_on_where_the_one_before_ended(
    opened: OpenShop, sort: str, order: list[str], limit: int
) -> None:
    office: Office = Office.of((await opened(rewards=[])).claire)
    for name, points in (("Cheap", 10), ("Dear", 900), ("Middle", 100), ("Same", 100)):
        await office.add_reward(name, points)
        clock.move(timedelta(seconds=1))
    seen: list[str] = []
    page = await office.rewards(sort=sort, limit=limit)
    while True:
        seen += names(page)
        if not page["has_more"]:
            break
        page = await office.rewards(sort=sort, limit=limit, after=page["next_cursor"])
    assert (seen, page["next_cursor"]) == (order, None)


async def test_a_cursor_goes_with_its_own_order_and_filter(office: Office) -> None:
    cursor = (await office.rewards(limit=1))["next_cursor"]
    await office.rewards(limit=1, after=cursor)
    for other in ({"sort": "-points_required"}, {"query": "voucher"}, {"state": "paused"}):
        with refused("cursor_expired", 410):
            await office.rewards(limit=1, after=cursor, **other)


@pytest.mark.parametrize("wrong", [{"sort": "name"}, {"state": "gone"}, {"limit": 0}, {"store_id": "x"}])
async def test_an_unknown_order_or_state_is_refused(office: Office, wrong: Json) -> None:
    with refused("validation_failed", 422):
        await office.rewards(**wrong)


async def test_only_the_owner_sees_and_changes_rewards_and_only_their_own(opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    added = await Office.of(theirs.claire).add_reward()
    clerk, owner = Office.of(mine.anna), Office.of(mine.claire)
    for asked in (clerk.rewards(), clerk.add_reward(), clerk.reward(mine.rewards[100]), clerk.upload(b"x")):
        with refused("forbidden", 403):
            await asked
    for asked in (
        owner.reward(added),
        owner.change_reward(added, points_required=1),
        owner.archive(added),
        owner.restore_reward(added),
        owner.move_reward(added, 1),
    ):
        with refused("reward_not_found", 404):
            await asked
    assert "Scarf" not in names(await owner.rewards())


async def test_the_repository_keeps_to_its_merchant_even_without_row_level_security(
    opened: OpenShop, servers: Servers
) -> None:
    mine, theirs = await opened(), await opened()
    today = clock.now().date()
    connect = partial(asyncpg.connect, servers.superuser_url())
    engine = create_async_engine(DIALECT, async_creator=connect, poolclass=NullPool)
    async with AsyncSession(engine) as session:
        rewards = RewardRepository(session, mine.merchant_id, today)
        foreign = await RewardRepository(session, theirs.merchant_id, today).get_many()
        assert {reward.merchant_id for reward in foreign} == {theirs.merchant_id}
        assert {reward.merchant_id for reward in await rewards.get_many()} == {mine.merchant_id}
        assert await rewards.find(foreign[0].id) is None
        assert await rewards.count() == 2
        assert not await rewards.exists(id=foreign[0].id)
        smuggled = Reward(
            merchant_id=theirs.merchant_id,
            id=new_id(),
            program_id=mine.program_id,
            name={"en": "Scarf"},
            description={},
            points_required=1,
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        assert (await rewards.add(smuggled)).merchant_id == mine.merchant_id


async def test_each_change_is_in_the_audit_with_what_it_was_before(
    shop: Shop, office: Office, superuser: asyncpg.Connection
) -> None:
    added = await office.add_reward("Scarf", 200)
    changed = await office.change_reward(added, points_required=250)
    await office.move_reward(added, 1)
    await office.restore_reward(await office.archive(changed))
    entries = await superuser.fetch(ENTRIES, shop.merchant_id)
    assert [entry["action"] for entry in entries] == [
        "reward.created",
        "reward.changed",
        "reward.moved",
        "reward.archived",
        "reward.restored",
    ]
    assert {entry["subject_id"] for entry in entries} == {entries[0]["subject_id"]}
    assert {(entry["user_id"], entry["user_name"]) for entry in entries} == {(shop.user_ids["claire"], "Claire")}
    assert entries[1]["before"] == '{"points_required": 200}'
    assert entries[1]["after"] == '{"points_required": 250}'
    assert entries[0]["before"] == "{}"
    for forbidden in ("UPDATE audit_entries SET user_name = 'Nobody'", "DELETE FROM audit_entries"):
        with pytest.raises(asyncpg.PostgresError, match="never changed"):
            await superuser.execute(forbidden)


async def test_passes_hear_of_what_they_show(shop: Shop, office: Office, superuser: asyncpg.Connection) -> None:
    async def heard() -> int:
        return int(await superuser.fetchval(EVENTS, shop.merchant_id))

    added = await office.add_reward(is_active=False)
    added = await office.change_reward(added, name={"en": "Silk scarf"})
    assert await heard() == 0, "nobody sees a paused reward"
    added = await office.change_reward(added, is_active=True)
    assert await heard() == 1
    added = await office.change_reward(added, stock=3, value_cents=5, description={"en": "Soft"})
    await office.move_reward(added, 1)
    assert await heard() == 1, "passes show neither stock nor order"
    added = await office.change_reward(added, points_required=9)
    await office.archive(added)
    assert await heard() == 3


async def test_passes_hear_of_a_period_that_begins_or_ends(
    shop: Shop, office: Office, services: Services, superuser: asyncpg.Connection
) -> None:
    await office.add_reward(starts_on="2030-06-01", ends_on="2030-06-30")
    for moment, is_news in (
        (datetime(2030, 5, 31, 12, 0, tzinfo=UTC), False),
        (datetime(2030, 6, 1, 12, 0, tzinfo=UTC), True),
        (datetime(2030, 6, 2, 12, 0, tzinfo=UTC), False),
        (datetime(2030, 7, 1, 12, 0, tzinfo=UTC), True),
    ):
        clock.move(moment - clock.now())
        before = await superuser.fetchval(EVENTS, shop.merchant_id)
        assert (shop.merchant_id in await list_merchants_with("rewards", services.pool, moment)) == is_news
        for _ in range(2):
            async with services.sessions.committing(shop.merchant_id) as session:
                await announce_periods(session, shop.merchant_id, moment)
        assert await superuser.fetchval(EVENTS, shop.merchant_id) == before + is_news


async def test_an_error_for_one_merchant_does_not_keep_the_periods_of_others_unannounced(
    opened: OpenShop, services: Services, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops = [await opened() for _ in range(2)]
    for shop in shops:
        await Office.of(shop.claire).add_reward(starts_on="2030-06-01")
    bad = min(shop.merchant_id for shop in shops)

    async def announce(session: AsyncSession, merchant_id: UUID, now: datetime) -> int:
        if merchant_id == bad:
            raise LookupError
        return await announce_periods(session, merchant_id, now)

    monkeypatch.setattr(jobs, "announce_periods", announce)
    clock.move(datetime(2030, 6, 1, 12, 0, tzinfo=UTC) - clock.now())
    await jobs.announce_reward_periods({"services": services})
    heard = [await superuser.fetchval(EVENTS, shop.merchant_id) for shop in shops]
    assert heard == [0 if shop.merchant_id == bad else 1 for shop in shops]
