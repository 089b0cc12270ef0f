"""The API marks its texts for the frontend of a development system, and nothing that is stored or leaves the house."""

from uuid import uuid4

import asyncpg
import pytest

from i18n.dev.middleware import is_asked_by_header
from i18n.marks import ASKING, EVERY_MARK, find_marked
from tests.conftest import OwnTown
from tests.merchants.administration import MerchantAdmin
from tests.world import PASSWORD
from tests.world.caller import Refused
from tests.world.platform import PRODUCTION
from tests.world.shop import hire_admin

TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
STRINGS = {"accept": "application/json"} | {name.lower(): value for name, value in ASKING.items()}


async def marked_rows(superuser: asyncpg.Connection) -> list[str]:
    """As PostgreSQL shows a row as text, or a column of bytes."""
    found = []
    for table in [row[0] for row in await superuser.fetch(TABLES)]:
        rows = await superuser.fetch(f"SELECT to_jsonb(stored)::text FROM {table} AS stored")
        found += [f"{table}: {row[0]}" for row in rows if EVERY_MARK.search(row[0]) or "e281a2" in row[0]]
    return found


async def test_what_the_frontend_reads_is_marked_and_what_others_read_is_not(own_town: OwnTown) -> None:
    async with own_town(environment="development") as town:
        shop = await town.open_shop()
        path = f"/store/loyalty/cards/{uuid4()}"
        for headers, is_marked in (({}, False), (STRINGS, True), ({"accept": "application/json"}, False)):
            with pytest.raises(Refused) as refusal:
                await shop.anna.but(**headers).get(path)
            assert bool(find_marked(refusal.value["detail"])) == is_marked


async def test_nothing_that_a_request_stores_or_queues_is_marked(own_town: OwnTown) -> None:
    async with own_town(environment="development") as town:
        shop = await town.open_shop()
        anna, claire = shop.anna.but(**STRINGS), shop.claire.but(**STRINGS)
        card = await anna.enroll(first_name="Marie")
        await anna.earn(card, cents=1000)
        key = uuid4().hex
        with pytest.raises(Refused) as refused:
            await anna.redeem(card, shop.rewards[500], key=key)
        assert refused.value["code"] == "insufficient_points"
        with pytest.raises(Refused) as invalid:
            await anna.earn(card, cents=-1)
        assert find_marked(invalid.value["title"]), "a refusal that is not stored"
        await claire.post("/auth/password-resets", {"email": shop.emails["anna"]})
        await claire.confirm_person(PASSWORD)
        await claire.post("/merchant/api-keys", {"name": "Web shop", "permissions": ["loyalty.view_programs"]})
        ada = await hire_admin(town.services, town.anonymous, "Ada", "super_admin")
        await MerchantAdmin(ada.http, ada._promises, ada.token, **STRINGS).open_merchant()
        assert await marked_rows(town.superuser) == []


async def test_production_knows_no_marks(own_town: OwnTown) -> None:
    async with own_town(**PRODUCTION) as town:
        shop = await town.open_shop()
        with pytest.raises(Refused) as refusal:
            await shop.anna.but(**STRINGS).get(f"/store/loyalty/cards/{uuid4()}")
        assert not EVERY_MARK.search(refusal.value["detail"])


@pytest.mark.parametrize("accepted", ["*/*", "text/html", "application/vnd.apple.pkpass"])
def test_a_phone_that_fetches_a_pass_gets_no_marks(accepted: str) -> None:
    asked = STRINGS | {"accept": accepted}
    assert not is_asked_by_header({"headers": [(name.encode(), value.encode()) for name, value in asked.items()]})
