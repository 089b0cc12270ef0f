"""Which stores are live: shown to the merchant, switched by administrators, at a store or for all."""

import json
from typing import Any
from uuid import UUID

import pytest

from backend.merchants.features.schemas import FeatureDetail, FeatureList, FeatureSwitch
from backend.merchants.schemas import StoreRef
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.office.conftest import MERCHANT
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

OFFICE, ADMIN = "/office/stores", "/admin/merchants/fashion/features"
SWITCH = f"{ADMIN}/loyalty"
HUB, OUTLET = StoreRef(ID, "FASHIONHUB", "Fashion Hub"), StoreRef(UUID(int=12), "FASHIONOUTLET", "Fashion Outlet")
AS_PLATFORM = FeatureSwitch(None, None, True, "platform", 0, None, None)
OFF_AT_HUB = FeatureSwitch(HUB, False, False, "store", 2, MOMENT, "Paul Klein")
FEATURE = FeatureDetail(
    "loyalty", "Loyalty", "The store is live.", True, AS_PLATFORM, [OFF_AT_HUB, changed(AS_PLATFORM, store=OUTLET)]
)
FEATURES = found(FeatureList([FEATURE]))


@pytest.fixture(autouse=True)
def _features(backend: StaffBackend) -> None:
    backend.answers |= {
        "GET /merchant/features": FEATURES,
        "GET /admin/merchants/fashion": found(MERCHANT),
        "GET /admin/merchants/fashion/features": FEATURES,
        "PUT /admin/merchants/fashion/features/loyalty": found(AS_PLATFORM),
        "PUT /admin/merchants/fashion/stores/*/features/loyalty": found(OFF_AT_HUB),
    }


async def test_an_owner_sees_what_each_store_has_from_whom_and_since_when(claire: Browser) -> None:
    await claire.open(OFFICE)
    assert "Fashion Hub FASHIONHUB Switched by Paul Klein, 20 Nov 2026" in claire.text
    assert "Fashion Outlet FASHIONOUTLET As the platform On" in claire.text
    assert "Fashion Group Merchant · For the 1 store without a switch of its own. As the platform On" in claire.text
    assert "Administrators of the platform switch stores on and off." in claire.text
    assert '<form method="post" action="/office' not in claire.page


async def test_an_administrator_switches_for_the_whole_merchant(paul: Browser, backend: StaffBackend) -> None:
    await paul.open(ADMIN)
    answer = await paul.send(SWITCH, to="off", version="0")
    assert answer.headers["location"] == f"{ADMIN}?done=off"
    sent = backend.asked[-1]
    assert (sent.method, json.loads(sent.content), sent.headers["if-match"]) == ("PUT", {"is_enabled": False}, '"0"')
    assert sent.url.path.endswith("/admin/merchants/fashion/features/loyalty")
    await paul.open(f"{ADMIN}?done=off")
    assert "Switched off. In force with the next request." in paul.text


async def test_a_store_goes_live_or_follows_its_merchant_again(paul: Browser, backend: StaffBackend) -> None:
    await paul.open(ADMIN)
    assert (await paul.send(SWITCH, to="on", version="2", store_id=str(ID))).headers["location"] == f"{ADMIN}?done=on"
    assert json.loads(backend.asked[-1].content) == {"is_enabled": True}
    await paul.send(SWITCH, to="inherited", version="2", store_id=str(ID))
    assert json.loads(backend.asked[-1].content) == {"is_enabled": None}
    assert f"/stores/{ID}/features/loyalty" in backend.asked[-1].url.path


async def test_only_places_with_a_switch_of_their_own_can_give_it_up(paul: Browser) -> None:
    await paul.open(ADMIN)
    assert 'aria-label="As the merchant: Fashion Hub"' in paul.page
    assert "As the merchant: Fashion Outlet" not in paul.page
    assert "As the platform: Fashion Group" not in paul.page


async def test_a_person_who_has_not_seen_a_colleagues_switch_is_told(paul: Browser, backend: StaffBackend) -> None:
    await paul.open(ADMIN)
    backend.answers["PUT /admin/merchants/fashion/features/loyalty"] = refused(412, "stale", changed_by="Ada Martin")
    assert (await paul.send(SWITCH, to="off", version="0")).status_code == 412
    assert "Ada Martin has changed this meanwhile. Nothing of yours was saved." in paul.text


@pytest.mark.parametrize("wrong", [{"to": "perhaps"}, {"store_id": "none"}])
async def test_a_switch_that_is_none_moves_nothing(paul: Browser, backend: StaffBackend, wrong: dict[str, Any]) -> None:
    await paul.open(ADMIN)
    assert (await paul.send(SWITCH, **({"to": "on", "version": "0"} | wrong))).status_code == 404
    assert "PUT" not in {request.method for request in backend.asked}
