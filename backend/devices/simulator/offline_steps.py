"""What the reference tablet does to be without a network, and afterwards. Each step raises NotAccepted, RefusedCall or
CallFailed."""

from typing import Any

from backend.core.outbound.calls import CallFailed
from backend.devices.simulator.acceptance_run import AcceptanceRun, NotAccepted, check
from backend.devices.simulator.queue import OfflineQueue

HANG_UP_SECONDS = 0.001
TRIES = 5
BOOKED = {"applied", "duplicate"}


async def get_a_grant(run: AcceptanceRun) -> str:
    run.grant = await run.tablet.get_grant(run.staff["id"], run.staff_pin)
    run.queue = run.tablet.state.new_queue()
    check(run.queue.open_grant(run.grant, run.staff_pin).looks_right, "its check bits are not those of the PIN")
    return f"for {', '.join(run.grant['operations'])}"


async def hold_an_allowance(run: AcceptanceRun) -> str:
    """For the cheapest reward that the card can pay."""
    if "redeem" not in run.grant["operations"]:
        return "left out: the merchant's rules do not allow to redeem offline"
    reward = _affordable(run)
    if reward is None:
        return "left out: the card can pay no reward"
    run.allowance = await run.tablet.hold_allowance(run.card["id"], run.grant["id"], reward["points_required"])
    held = (await run.tablet.ask("GET", f"/store/loyalty/cards/{run.card['id']}"))["held_points"]
    check(held == run.allowance["amount"], f"{held} points are held, not {run.allowance['amount']}")
    return f"{held} points"


async def hand_in_what_was_done(run: AcceptanceRun) -> str:
    """The connection breaks off in the middle of the upload; the same batch again is booked once."""
    queue = _queue(run)
    _be_offline(run, queue)
    batch = queue.request()
    await _hang_up(run, batch)
    results = await _until_booked(run, batch)
    again = await run.tablet.hand_in(queue, batch)
    check(results == again, "the same batch got two answers")
    return f"{len(results)} operations"


async def read_what_became_of_it(run: AcceptanceRun) -> str:
    for sent in _queue(run).queue:
        kept = await run.tablet.ask("GET", f"/devices/me/operations/{sent['id']}")
        check(kept["state"] == "applied", f"one operation is in the state {kept['state']}")
    return ""


async def end_the_shift(run: AcceptanceRun) -> str:
    if run.allowance:
        await run.tablet.release_allowance(run.allowance["id"])
    await run.tablet.end_grant(run.grant["id"])
    return ""


def _be_offline(run: AcceptanceRun, queue: OfflineQueue) -> None:
    """A sale or a stamp, a redemption where points are held, and what it takes back again."""
    allowed, card = set(run.grant["operations"]), run.card["id"]
    if run.bootstrap["program"]["type"] != "stamps" and "points" in allowed:
        sale = queue.did("points", card, body=run.sale)
        if "void" in allowed and run.bootstrap["program"]["policy"]["allow_void_transactions"]:
            queue.did("void", voids=sale["id"], body={"reason": "Simulated"})
    if run.bootstrap["program"]["type"] != "points" and "stamp" in allowed:
        queue.stamped(card)
    reward = _affordable(run)
    if run.allowance and reward is not None:
        queue.redeemed(card, reward["id"], run.allowance["id"])
    check(bool(queue.queue), "the merchant's rules allow nothing offline")


def _affordable(run: AcceptanceRun) -> dict[str, Any] | None:
    offered = [each for each in run.card["rewards"] if each["redeemable"]]
    return min(offered, key=lambda each: int(each["points_required"]), default=None)


def _queue(run: AcceptanceRun) -> OfflineQueue:
    assert run.queue is not None, "a grant was given before"
    return run.queue


async def _hang_up(run: AcceptanceRun, batch: dict[str, Any]) -> None:
    try:
        request = run.tablet.prepare("POST", "/devices/me/batches", json=batch)
        await run.tablet.send(request, seconds=HANG_UP_SECONDS)
    except CallFailed:
        return


async def _until_booked(run: AcceptanceRun, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Raises NotAccepted for what is refused or waits for a person."""
    for _ in range(TRIES):
        results = await run.tablet.hand_in(_queue(run), batch)
        wrong = [each for each in results if each["outcome"] not in {*BOOKED, "deferred"}]
        if wrong:
            why = wrong[0].get("reason") or (wrong[0].get("problem") or {}).get("code")
            raise NotAccepted(f"an operation is {wrong[0]['outcome']}: {why}")
        if {each["outcome"] for each in results} <= BOOKED:
            return results
    raise NotAccepted("operations are deferred again and again")
