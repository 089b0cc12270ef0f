"""What the reference tablet does to be without a network, and afterwards. Each step raises NotAccepted, RefusedCall or
CallFailed."""

from typing import Any

from backend.core.outbound.calls import CallFailed
from backend.devices.simulator.queue import OfflineQueue
from backend.devices.simulator.visit import NotAccepted, Visit, check

HANG_UP_SECONDS = 0.001
TRIES = 5
BOOKED = {"applied", "duplicate"}


async def get_a_grant(visit: Visit) -> str:
    visit.grant = await visit.tablet.get_grant(visit.staff["id"], visit.staff_pin)
    visit.queue = visit.tablet.state.new_queue()
    check(visit.queue.open_grant(visit.grant, visit.staff_pin).looks_right, "its check bits are not those of the PIN")
    return f"for {', '.join(visit.grant['operations'])}"


async def hold_an_allowance(visit: Visit) -> str:
    """For the cheapest reward that the card can pay."""
    if "redeem" not in visit.grant["operations"]:
        return "left out: the merchant's rules do not allow to redeem offline"
    reward = _affordable(visit)
    if reward is None:
        return "left out: the card can pay no reward"
    visit.allowance = await visit.tablet.hold_allowance(visit.card["id"], visit.grant["id"], reward["points_required"])
    held = (await visit.tablet.ask("GET", f"/store/loyalty/cards/{visit.card['id']}"))["held_points"]
    check(held == visit.allowance["amount"], f"{held} points are held, not {visit.allowance['amount']}")
    return f"{held} points"


async def hand_in_what_was_done(visit: Visit) -> str:
    """The connection breaks off in the middle of the upload; the same batch again is booked once."""
    queue = _queue(visit)
    _be_offline(visit, queue)
    batch = queue.request()
    await _hang_up(visit, batch)
    results = await _until_booked(visit, batch)
    again = await visit.tablet.hand_in(queue, batch)
    check(results == again, "the same batch got two answers")
    return f"{len(results)} operations"


async def read_what_became_of_it(visit: Visit) -> str:
    for sent in _queue(visit).queue:
        kept = await visit.tablet.ask("GET", f"/devices/me/operations/{sent['id']}")
        check(kept["state"] == "applied", f"one operation is in the state {kept['state']}")
    return ""


async def end_the_shift(visit: Visit) -> str:
    if visit.allowance:
        await visit.tablet.release_allowance(visit.allowance["id"])
    await visit.tablet.end_grant(visit.grant["id"])
    return ""


def _be_offline(visit: Visit, queue: OfflineQueue) -> None:
    """A sale or a stamp, a redemption where points are held, and what it takes back again."""
    allowed, card = set(visit.grant["operations"]), visit.card["id"]
    if visit.bootstrap["program"]["type"] != "stamps" and "points" in allowed:
        sale = queue.did("points", card, body=visit.sale)
        if "void" in allowed and visit.bootstrap["program"]["policy"]["allow_void_transactions"]:
            queue.did("void", voids=sale["id"], body={"reason": "Simulated"})
    if visit.bootstrap["program"]["type"] != "points" and "stamp" in allowed:
        queue.stamped(card)
    reward = _affordable(visit)
    if visit.allowance and reward is not None:
        queue.redeemed(card, reward["id"], visit.allowance["id"])
    check(bool(queue.queue), "the merchant's rules allow nothing offline")


def _affordable(visit: Visit) -> dict[str, Any] | None:
    offered = [each for each in visit.card["rewards"] if each["redeemable"]]
    return min(offered, key=lambda each: int(each["points_required"]), default=None)


def _queue(visit: Visit) -> OfflineQueue:
    assert visit.queue is not None, "a grant was given before"
    return visit.queue


async def _hang_up(visit: Visit, batch: dict[str, Any]) -> None:
    try:
        request = visit.tablet.prepare("POST", "/devices/me/batches", json=batch)
        await visit.tablet.send(request, seconds=HANG_UP_SECONDS)
    except CallFailed:
        return


async def _until_booked(visit: Visit, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Raises NotAccepted for what is refused or waits for a person."""
    for _ in range(TRIES):
        results = await visit.tablet.hand_in(_queue(visit), batch)
        wrong = [each for each in results if each["outcome"] not in {*BOOKED, "deferred"}]
        if wrong:
            why = wrong[0].get("reason") or (wrong[0].get("problem") or {}).get("code")
            raise NotAccepted(f"an operation is {wrong[0]['outcome']}: {why}")
        if {each["outcome"] for each in results} <= BOOKED:
            return results
    raise NotAccepted("operations are deferred again and again")
