"""The card's page, and one address for each of its buttons, named as in the API."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.till import get_till
from frontend.kit.forms import read_form
from frontend.kit.pages import redirect
from frontend.kit.request import Request
from frontend.till.card.commands.earn import EarnCommand
from frontend.till.card.commands.hold import ConfirmHoldCommand, ReleaseHoldCommand
from frontend.till.card.commands.mark_test import MarkTestCommand
from frontend.till.card.commands.redeem import RedeemRewardCommand, RedeemStampsCommand
from frontend.till.card.commands.relink import RelinkCommand
from frontend.till.card.commands.stamp import StampCommand
from frontend.till.card.record import record
from frontend.till.card.screen import card_screen

CARD = "/till/cards/{card_id:uuid}"
POINTS, STAMPS, LINKS, TEST_MARK = f"{CARD}/points", f"{CARD}/stamps", f"{CARD}/links", f"{CARD}/test-mark"
REWARD, STAMP_REWARD = CARD + "/redemptions/{reward_id:uuid}", f"{CARD}/redemptions/stamps"
CONFIRM, RELEASE = CARD + "/holds/{hold_id:uuid}/confirm", CARD + "/holds/{hold_id:uuid}/release"


@get(CARD, name="card")
async def show_card(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return card_screen(request, await get_till(caller, card_id))


@get([POINTS, STAMPS, LINKS, TEST_MARK, REWARD, STAMP_REWARD, CONFIRM, RELEASE])
async def show_card_of_button(request: Request, card_id: FromPath[UUID]) -> Response[str]:
    """Without scripts a refused form is shown at the address of its button. Its menus lead back to that address."""
    return redirect(request, f"/till/cards/{card_id}")


@post(POINTS)
async def earn_points(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(EarnCommand(request, caller, card_id, await read_form(request)))


@post(STAMPS)
async def add_stamp(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(StampCommand(request, caller, card_id, await read_form(request)))


@post(REWARD)
async def redeem_reward(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], reward_id: FromPath[UUID]
) -> Response[str]:
    return await record(RedeemRewardCommand(request, caller, card_id, await read_form(request), reward_id))


@post(STAMP_REWARD)
async def redeem_stamps(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(RedeemStampsCommand(request, caller, card_id, await read_form(request)))


@post(CONFIRM)
async def confirm_hold(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], hold_id: FromPath[UUID]
) -> Response[str]:
    return await record(ConfirmHoldCommand(request, caller, card_id, await read_form(request), hold_id))


@post(RELEASE)
async def release_hold(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], hold_id: FromPath[UUID]
) -> Response[str]:
    return await record(ReleaseHoldCommand(request, caller, card_id, await read_form(request), hold_id))


@post(LINKS)
async def relink_card(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(RelinkCommand(request, caller, card_id, await read_form(request)))


@post(TEST_MARK)
async def mark_test(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(MarkTestCommand(request, caller, card_id, await read_form(request)))
