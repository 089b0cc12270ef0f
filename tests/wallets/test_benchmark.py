"""The cards of the benchmark are in Google Wallet like any other."""

import pytest

from backend.dev.sandbox.google.account import ISSUER_ID
from backend.operations.task_runs.actions import Progress
from backend.wallets.catch_up import catch_up
from backend.wallets.due import SyncScope
from backend.wallets.google.names import object_id
from benchmarks.data import CARD, MERCHANTS, START_POINTS, id_of
from benchmarks.wallet_setup import write_cards
from benchmarks.wallet_sync import without_delay
from tests.conftest import Servers, database_of
from tests.wallets.conftest import GoogleTown

CARDS = 3 * MERCHANTS
MARK_OUT_OF_DATE = "UPDATE wallet_links SET synced_version = 0 WHERE provider = 'google'"


@pytest.mark.slow
async def test_a_run_brings_the_cards_of_the_benchmark_to_google(google_town: GoogleTown, servers: Servers) -> None:
    town, fake = google_town.town, google_town.google.fake
    fake.faults.has_quota = False
    assert town.services.google is not None
    town.services.google.wallet.client.pace = without_delay(town.services.redis, town.services.google)
    database = database_of(town.settings)
    await write_cards(servers.superuser_url(database), CARDS)
    await town.superuser.execute(MARK_OUT_OF_DATE)
    progress = Progress()
    await catch_up(town.services.wallet_sync, SyncScope(), progress)
    assert (progress.counts["synced"], progress.failures) == (CARDS, {})
    for n in range(CARDS):
        shown = fake.passes.get("loyaltyObject", object_id(ISSUER_ID, id_of(CARD, n))).body
        assert shown["loyaltyPoints"]["balance"] == {"int": START_POINTS}
