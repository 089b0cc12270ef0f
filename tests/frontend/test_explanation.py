"""Why the balance is what it is, at the till."""

import httpx

from backend.loyalty.explanations.schemas import (
    CarryView,
    DebtPart,
    DebtView,
    ExplanationView,
    LotView,
    Occasion,
    OlderLots,
    PartView,
    UnitView,
)
from tests.frontend.canned import ID, MOMENT, changed, found
from tests.frontend.staff_backend import StaffBackend, refused
from tests.frontend.staff_browser import CARD_PATH, HTMX, Browser

EXPLANATION = "GET /store/loyalty/cards/*/explanation"
WHY = f"{CARD_PATH}/explanation"
SALE = Occasion(ID, "earned", "Fashion Hub", MOMENT, 12_000, "R-1", None, None)
LOT = LotView(
    id=ID,
    granted=SALE,
    earned=SALE,
    terms_version=1,
    points_per_euro="1",
    original=120,
    remaining=20,
    held=0,
    expires_at=None,
    parts=[PartView("redeemed", 100, SALE, "100 points: redeemed for Tote bag.")],
    sentence="120 points: purchase of €120.00.",
    rest="20 points left.",
)
USED = changed(LOT, remaining=0, sentence="60 points: welcome gift.", rest="Nothing is left of that.")
OLDER = OlderLots(7, 700, 440, 0, [], "700 points: from 7 earlier transactions.", "440 points left.")
POINTS = UnitView("points", 460, 0, ["460 points on the card."], [LOT, USED], OLDER)
TOLD = ExplanationView(
    card_id=ID,
    as_of=MOMENT,
    points=POINTS,
    stamps=UnitView("stamps", 0, 0, ["0 stamps on the card."], [], None),
    debt=DebtView(30, "30 points are owed.", [DebtPart(30, SALE, "30 points: owed since a return.")]),
    carry=CarryView("3/5", 2000, "3/5 of a point is carried over."),
)


async def test_the_card_offers_the_explanation_and_loads_it_when_it_is_opened(
    anna: Browser, backend: StaffBackend
) -> None:
    await anna.open(CARD_PATH)
    assert f'<details class="why" hx-get="{WHY}" hx-trigger="toggle once"' in anna.page
    assert 'data-key="F7"' in anna.page
    backend.answers[EXPLANATION] = found(TOLD)
    answer = await anna.open(WHY, **HTMX)
    assert answer.status_code == 200
    assert "<html" not in anna.page
    assert 'id="till"' not in anna.page
    assert "120 points: purchase of €120.00. 100 points: redeemed for Tote bag. 20 points left." in anna.text


async def test_without_scripts_it_is_a_page_of_its_own_with_a_way_back(anna: Browser, backend: StaffBackend) -> None:
    await anna.open(CARD_PATH)
    assert f'href="{WHY}"' in anna.page
    backend.answers[EXPLANATION] = found(TOLD)
    await anna.open(WHY)
    assert "<h2" in anna.page
    assert "460 points on the card." in anna.text
    assert f'href="{CARD_PATH}"' in anna.page


async def test_debt_and_the_fraction_of_a_point_are_told_with_the_points(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[EXPLANATION] = found(TOLD)
    await anna.open(WHY)
    for sentence in ("30 points are owed.", "30 points: owed since a return.", "3/5 of a point is carried over."):
        assert sentence in anna.text


async def test_what_is_left_comes_first_adds_up_and_what_is_used_up_is_folded_away(
    anna: Browser, backend: StaffBackend
) -> None:
    backend.answers[EXPLANATION] = found(TOLD)
    await anna.open(WHY)
    there, _, used = anna.text.partition("Used")
    assert "20 120 points: purchase" in there
    assert "440 700 points: from 7 earlier transactions." in there
    assert "460 Total: the balance" in there
    assert "60 points: welcome gift." in used


async def test_no_answer_leaves_the_card_as_it_is(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[EXPLANATION] = httpx.ConnectError("away")
    answer = await anna.open(WHY, **HTMX)
    assert answer.status_code == 200
    assert "No answer." in anna.text
    assert f'href="{WHY}"' in anna.page


async def test_a_card_of_another_store_has_none(anna: Browser, backend: StaffBackend) -> None:
    backend.answers[EXPLANATION] = refused(404, "card_not_found")
    assert (await anna.open(WHY)).status_code == 404
