"""An operator sees at the command line what was given up, and has it tried again."""

import json

import asyncpg

from tests.cli.conftest import Orion
from tests.world.parked import park
from tests.world.shop import Shop

WAITING = "SELECT count(*) FROM outbox WHERE merchant_id = $1 AND dead_at IS NULL"


async def test_parked_events_are_listed_and_released(orion: Orion, shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card(points=3)
    await park(shop, "post_letter: KeyError")
    listed = await orion("outbox", "list", "--reaction", "post_letter")
    assert f"card_id={card['id']}" in listed.output
    assert "post_letter: KeyError" in listed.output
    events = json.loads((await orion("outbox", "list", "--reaction", "post_letter", "--json")).output)
    released = await orion("outbox", "release", events[0]["id"])
    assert (released.exit_code, released.output.split(".")[0]) == (0, "Released: 1")
    assert await superuser.fetchval(WAITING, shop.merchant_id) == 1
    rest = await orion("outbox", "release", "--reaction", "post_letter")
    assert rest.output.startswith(f"Released: {len(events) - 1}.")
    entry = await superuser.fetchrow(
        "SELECT user_name, after FROM platform_audit_entries WHERE action = 'events.released' ORDER BY seq DESC LIMIT 1"
    )
    assert entry["user_name"].endswith("at the command line")
    assert json.loads(entry["after"]) == {"events": len(events) - 1, "reaction": "post_letter"}


async def test_what_is_not_parked_is_said(orion: Orion) -> None:
    assert (await orion("outbox", "list", "--reaction", "post_letter")).output == "No event is parked.\n"
    nothing = await orion("outbox", "release", "--reaction", "post_letter")
    assert (nothing.exit_code, nothing.output) == (1, "No such event is parked.\n")
    unknown = await orion("outbox", "release", "0198c0de-0000-7000-8000-000000000001")
    assert (unknown.exit_code, unknown.output) == (1, "This event is not parked\n")
    assert (await orion("outbox", "release")).exit_code == 2
