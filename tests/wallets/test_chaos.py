"""All faults together: busy and lost responses, refusals, killed workers, lost jobs, an outage, and busy tills.

Time runs a hundred times faster than in production.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.core.outbound import breaker
from backend.core.outbound.retry import pause_before
from backend.wallets import attempts, leases, outcomes
from backend.wallets import sync as syncing
from backend.wallets.google.open import Google
from tests.doubles.phone import ChaoticPhones, Mortal
from tests.wallets.chaos import catch_up_until_clean, trade
from tests.wallets.conftest import GoogleTown, OpenWallet, Wallet
from tests.world.shop import Shop

CARDS = 4


def speed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(syncing, "PUSH_SECONDS", 0.4)
    monkeypatch.setattr(attempts, "REFUSED_RETRY", timedelta(seconds=0.4))
    monkeypatch.setattr(outcomes, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(outcomes, "pause_before", lambda *told: pause_before(*told) / 100)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 23])
async def test_in_the_end_every_pass_is_right_and_every_failure_was_reported(
    open_wallet: OpenWallet, shop: Shop, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    speed_up(monkeypatch)
    phones = ChaoticPhones(seed)
    wallet = open_wallet(phones, shop)
    cards = [await shop.a_card(points=10) for _ in range(CARDS)]
    for card in cards:
        await wallet.add(card)

    def go_away(is_away: bool) -> None:
        phones.is_away = is_away

    await trade(wallet, cards, random.Random(seed), go_away)
    assert phones.kills * phones.refusals > 0
    await catch_up_until_clean(wallet)
    assert [await wallet.is_right(card, phones) for card in cards] == [True] * CARDS
    assert phones.went_backwards == []


@pytest.mark.slow
async def test_against_the_double_of_google_itself(google_town: GoogleTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real HTTP, tokens, schema and faults: 10 % of the calls are refused, 10 % are done but their answers are lost."""
    google, services = google_town.google.fake, google_town.services
    assert services.google is not None
    at_speed(services.google, monkeypatch)
    google.faults.has_quota = False
    mortal = Mortal(services.google.wallet, seed=7)
    sync = replace(services.wallet_sync, providers={"google": mortal})
    wallet = Wallet(sync, google_town.town.superuser, "google", google_town.shop)
    cards = [await google_town.a_card(points=10) for _ in range(CARDS)]
    speed_up(monkeypatch)
    google.faults.chances = {"503": 0.1, "lost": 0.05, "lost_504": 0.05}

    def go_away(is_away: bool) -> None:
        google.faults.is_out = is_away

    await trade(wallet, cards, random.Random(7), go_away)
    assert mortal.kills > 0
    await catch_up_until_clean(wallet)
    for card in cards:
        shown = google_town.at_google(card)["loyaltyPoints"]["balance"]["int"]
        assert shown == (await google_town.shop.anna.show(card))["points_balance"]


def at_speed(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are a hundredth of those in production."""
    pace = google.wallet.client.pace
    monkeypatch.setattr(breaker, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(pace.breaker, "_open_ms", 300)
    monkeypatch.setattr(pace.live, "_interval", 0.0005)
