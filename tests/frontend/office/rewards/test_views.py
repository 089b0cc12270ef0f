"""The list of rewards, its moves, and pictures, against a fake backend."""

import json
import re
from datetime import date
from uuid import UUID

import httpx
import pytest

from backend.core.schemas import Page
from backend.loyalty.rewards.schemas import RewardDetail
from frontend.kit.assets import FOREVER
from tests.frontend.canned import ID, PICTURE, changed, found
from tests.frontend.office.rewards.canned import BAG, LIST, MOVE, PAGE, SCARF, SCARF_PAGE
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import Browser

CURSOR = "cursor-1"


def listed(*rewards: RewardDetail, next_cursor: str | None = None) -> httpx.Response:
    return found(Page(list(rewards), next_cursor, has_more=next_cursor is not None))


def asked(backend: StaffBackend) -> dict[str, str]:
    """The parameters of the last call for the list."""
    return dict([call for call in backend.asked if call.url.path.endswith("/rewards")][-1].url.params)


def moves(backend: StaffBackend) -> list[int]:
    return [json.loads(call.content)["position"] for call in backend.asked if call.url.path.endswith("/position")]


def buttons(page: str) -> list[bool]:
    """Of each button that moves a reward: whether it can be pressed."""
    return [" disabled" not in button for button in re.findall(r'<button[^>]*name="position"[^>]*>', page)]


async def test_the_list_shows_what_customers_get_for_how_much(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PAGE)
    assert "Scarf En lin · 5 left 500 points Offered" in claire.text
    assert "Sac En lin · 5 left 100 points Offered" in claire.text, "in the merchant's language where there is no other"
    assert asked(backend) == {"sort": "position", "limit": "50"}
    assert 'href="/office/rewards" aria-current="page"' in claire.page


async def test_periods_stores_and_states_are_told(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed(
        changed(SCARF, stock=None, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 24), state="scheduled"),
        changed(BAG, stock=1, store_ids=[ID], ends_on=date(2026, 12, 24), state="paused", description={}),
        changed(BAG, stock=0, starts_on=date(2026, 12, 1), state="ended", description={}, points_required=1),
    )
    await claire.open(PAGE)
    assert "En lin · 1 Dec 2026 to 24 Dec 2026 500 points Starts later" in claire.text
    assert "Until 24 Dec 2026 · 1 left · Only at 1 store 100 points Paused" in claire.text
    assert "From 1 Dec 2026 on · 0 left 1 point Ended" in claire.text


async def test_names_are_texts(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed(changed(SCARF, name={"en": "<script>100 % %(name)s</script>"}))
    await claire.open(f"{PAGE}?saved={SCARF.id}&query=<script>alert(1)</script>")
    assert "<script>100" not in claire.page
    assert "<script>alert" not in claire.page
    assert "“<script>100 % %(name)s</script>” is saved." in claire.text


async def test_the_list_is_searched_filtered_and_sorted(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(f"{PAGE}?query=  scarf &state=offered&sort=-points_required")
    assert asked(backend) == {"query": "scarf", "state": "offered", "sort": "-points_required", "limit": "50"}
    assert "2 rewards found." in claire.text
    assert 'value="offered" selected' in claire.page
    assert 'value="-points_required" selected' in claire.page
    assert buttons(claire.page) == [], "rows are moved in the whole list only"
    await claire.open(f"{PAGE}?query={'x' * 5000}")
    assert asked(backend)["query"] == "x" * 100


@pytest.mark.parametrize(
    "address",
    ["?state=gone", "?sort=name", "?sort=position&sort=1", "?saved=x", "?limit=9999", "?state=&query=&after="],
)
async def test_an_unknown_state_or_order_is_ignored(claire: Browser, backend: StaffBackend, address: str) -> None:
    assert (await claire.open(PAGE + address)).status_code == 200
    assert asked(backend) == {"sort": "position", "limit": "50"}


async def test_a_list_is_read_page_by_page(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed(SCARF, next_cursor=CURSOR)
    await claire.open(f"{PAGE}?query=a%26b&state=paused")
    assert f'href="{PAGE}?query=a%26b&amp;state=paused&amp;sort=position&amp;after={CURSOR}"' in claire.page
    assert "found" not in claire.text, "how many there are in all is not known"
    backend.answers[LIST] = listed(BAG)
    await claire.open(f"{PAGE}?query=a%26b&state=paused&after={CURSOR}")
    assert asked(backend)["after"] == CURSOR
    assert "First page" in claire.text
    assert "Next page" not in claire.text


async def test_an_old_cursor_begins_at_the_first_page(claire: Browser, backend: StaffBackend) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return refused(410, "cursor_expired") if "after" in request.url.params else listed(SCARF, BAG)

    backend.answers[LIST] = answer
    assert (await claire.open(f"{PAGE}?after=anything&query=s")).status_code == 200
    assert "2 rewards found." in claire.text
    assert "First page" not in claire.text


async def test_an_empty_last_page_is_not_taken_for_an_empty_list(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed()
    await claire.open(f"{PAGE}?after={CURSOR}")
    assert "No rewards yet" not in claire.text
    assert "Show all rewards" in claire.text


async def test_nothing_that_matches_leads_back_to_all(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed()
    await claire.open(f"{PAGE}?query=hat")
    assert "0 rewards found. No reward matches. Show all rewards" in claire.text


async def test_the_first_reward_can_begin_with_an_example(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed()
    await claire.open(PAGE)
    assert "No rewards yet" in claire.text
    assert f'href="{PAGE}/new?example=3"' in claire.page


async def test_htmx_gets_the_list_without_its_frame(claire: Browser) -> None:
    await claire.open(PAGE, **{"HX-Request": "true"})
    assert "<html" not in claire.page
    assert 'id="rewards"' in claire.page


async def test_a_reward_is_moved_and_keeps_the_focus(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PAGE)
    assert buttons(claire.page) == [False, True, True, False]
    backend.answers[LIST] = listed(BAG, SCARF)
    answer = await claire.send(f"{SCARF_PAGE}/position", htmx=True, position="2")
    assert answer.status_code == 200
    assert moves(backend) == [2]
    assert claire.text.index("Sac") < claire.text.index("Scarf")
    focused = claire.page.split("data-autofocus")[0].rpartition("<li")[2]
    assert str(SCARF.id) in focused


async def test_without_scripts_a_move_leads_back_to_the_reward(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(PAGE)
    answer = await claire.send(f"{SCARF_PAGE}/position", position="2")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}#{SCARF.id}")
    assert f'id="{SCARF.id}"' in (await claire.open(PAGE)).text


@pytest.mark.parametrize("position", ["", "x", "-1", "²", "1.5", "0", "9" * 5000])
async def test_a_position_that_is_none_moves_nothing(claire: Browser, backend: StaffBackend, position: str) -> None:
    await claire.open(PAGE)
    assert (await claire.send(f"{SCARF_PAGE}/position", position=position)).status_code == 303
    assert moves(backend) == []


async def test_the_last_of_a_page_moves_to_the_next(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = listed(SCARF, BAG, next_cursor=CURSOR)
    await claire.open(PAGE)
    assert buttons(claire.page) == [False, True, True, True]


@pytest.mark.parametrize(("status", "code"), [(409, "reward_archived"), (404, "reward_not_found")])
async def test_what_was_archived_meanwhile_cannot_be_moved(
    claire: Browser, backend: StaffBackend, status: int, code: str
) -> None:
    backend.answers[MOVE] = refused(status, code)
    await claire.open(PAGE)
    assert (await claire.send(f"{SCARF_PAGE}/position", position="2")).status_code == status
    assert f"Sentence of {code}." in claire.text


async def test_a_person_who_may_not_see_rewards_is_told_so(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = refused(403, "forbidden")
    assert (await claire.open(PAGE)).status_code == 403
    assert "Sentence of forbidden." in claire.text


async def test_staff_see_no_rewards(anna: Browser, backend: StaffBackend) -> None:
    assert (await anna.open(PAGE)).status_code == 403
    assert (await anna.send(f"{SCARF_PAGE}/position", position="1")).status_code == 403
    assert not any("/merchant" in call.url.path for call in backend.asked)


async def test_a_list_that_cannot_be_read_is_tried_again(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = httpx.ConnectError("away")
    assert (await claire.open(PAGE)).status_code == 503
    assert f'href="{PAGE}"' in claire.page


async def test_a_person_who_is_signed_out_comes_back_after_signing_in(claire: Browser, backend: StaffBackend) -> None:
    backend.answers[LIST] = refused(401, "session_expired")
    assert (await claire.open(PAGE)).headers["location"] == f"/sign-in?next={PAGE}"


async def test_everybody_sees_a_picture_for_ever(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /storefront/loyalty/pictures/*"] = httpx.Response(
        200, content=b"\x89PNG", headers={"Content-Type": "image/png"}
    )
    answer = await browser.client.get(f"/pictures/{PICTURE}")
    assert (answer.status_code, answer.content) == (200, b"\x89PNG")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers, "shared caches keep it"


async def test_an_unknown_picture_is_not_found_and_not_cached(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /storefront/loyalty/pictures/*"] = refused(404, "picture_not_found")
    answer = await browser.open(f"/pictures/{PICTURE}")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "name", ["a" * 63, "a" * 65, "A1" * 32, "g" * 64, f"{'a' * 60}.png", "..%2f..%2fcards", "é" * 64, "a" * 9000, "x"]
)
async def test_the_backend_is_asked_for_hashes_only(browser: Browser, backend: StaffBackend, name: str) -> None:
    assert (await browser.open(f"/pictures/{name}")).status_code == 404
    assert backend.asked == []


async def test_a_picture_that_cannot_be_read_now_is_not_cached(browser: Browser, backend: StaffBackend) -> None:
    backend.answers["GET /storefront/loyalty/pictures/*"] = httpx.ConnectError("away")
    answer = await browser.open(f"/pictures/{PICTURE}")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")


async def test_the_reward_that_was_saved_is_named(claire: Browser, backend: StaffBackend) -> None:
    await claire.open(f"{PAGE}?saved={BAG.id}")
    assert "“Sac” is saved." in claire.text
    await claire.open(f"{PAGE}?saved={UUID(int=77)}")
    assert "The reward is saved." in claire.text, "also when it is on another page"
    await claire.open(PAGE)
    assert "is saved" not in claire.text
