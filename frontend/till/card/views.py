"""The card's page, and one address for each of its buttons, named as in the API."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.till import get_till
from frontend.kit.forms import read_form
from frontend.kit.request import Request
from frontend.till.card.commands.earn import EarnCommand
from frontend.till.card.commands.hold import ConfirmHoldCommand, ReleaseHoldCommand
from frontend.till.card.commands.redeem import RedeemRewardCommand, RedeemStampsCommand
from frontend.till.card.commands.relink import RelinkCommand
from frontend.till.card.commands.stamp import StampCommand
from frontend.till.card.record import record
from frontend.till.card.screen import card_screen

CARD = "/till/cards/{card_id:uuid}"
HOLD = CARD + "/holds/{hold_id:uuid}"


@get(CARD, name="card")
async def show_card(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return card_screen(request, await get_till(caller, card_id))


@post(f"{CARD}/points")
async def earn_points(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(EarnCommand(request, caller, card_id, await read_form(request)))


@post(f"{CARD}/stamps")
async def add_stamp(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(StampCommand(request, caller, card_id, await read_form(request)))


@post(CARD + "/redemptions/{reward_id:uuid}")
async def redeem_reward(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], reward_id: FromPath[UUID]
) -> Response[str]:
    return await record(RedeemRewardCommand(request, caller, card_id, await read_form(request), reward_id))


@post(f"{CARD}/redemptions/stamps")
async def redeem_stamps(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(RedeemStampsCommand(request, caller, card_id, await read_form(request)))


@post(f"{HOLD}/confirm")
async def confirm_hold(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], hold_id: FromPath[UUID]
) -> Response[str]:
    return await record(ConfirmHoldCommand(request, caller, card_id, await read_form(request), hold_id))


@post(f"{HOLD}/release")
async def release_hold(
    request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID], hold_id: FromPath[UUID]
) -> Response[str]:
    return await record(ReleaseHoldCommand(request, caller, card_id, await read_form(request), hold_id))


@post(f"{CARD}/links")
async def relink_card(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    return await record(RelinkCommand(request, caller, card_id, await read_form(request)))
