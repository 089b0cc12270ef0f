"""What the reference tablet does with a network. Each step raises NotAccepted, RefusedCall or CallFailed."""

from datetime import timedelta
from uuid import uuid4

from backend.devices.simulator.acceptance_run import AcceptanceRun, NotAccepted, check
from backend.devices.simulator.client import RefusedCall

BOOTSTRAP = "/devices/me/bootstrap"
NOT_MODIFIED = 304
CONFLICT, FORBIDDEN, UNAUTHENTICATED = 409, 403, 401


async def pair(run: AcceptanceRun) -> str:
    paired = await run.tablet.pair(run.code)
    return f"{paired['merchant']['name']}, {paired['store']['code']}, as a {paired['profile']}"


async def refuse_a_copy(run: AcceptanceRun) -> str:
    """The same signed request twice."""
    request = run.tablet.prepare("GET", "/store/loyalty/program")
    first, copy = await run.tablet.send(request), await run.tablet.send(request)
    check(first.is_success, f"a signed request was answered {first.status}")
    check(copy.status == UNAUTHENTICATED, f"the copy of a request was answered {copy.status}")
    return ""


async def correct_the_clock(run: AcceptanceRun) -> str:
    run.tablet.state.offset = timedelta(hours=-7)
    try:
        await run.tablet.heartbeat()
    except RefusedCall as refusal:
        check(refusal.code == "device_signature_invalid", f"refused with {refusal}")
        run.tablet.correct_clock(refusal.facts["server_time"])
    else:
        raise NotAccepted("a request of seven hours ago was accepted")
    answer = await run.tablet.heartbeat(pending_count=0)
    return f"next heartbeat in {answer['next_heartbeat_seconds']} s"


async def fetch_the_bootstrap(run: AcceptanceRun) -> str:
    tablet = run.tablet
    first = await tablet.send(tablet.prepare("GET", BOOTSTRAP))
    run.bootstrap = await tablet.bootstrap()
    again = await tablet.send(tablet.prepare("GET", BOOTSTRAP, headers={"if-none-match": first.headers["etag"]}))
    check(again.status == NOT_MODIFIED, f"the bootstrap it had was answered {again.status}")
    check(run.bootstrap["program"] is not None, "the merchant has no program")
    return f"{len(run.bootstrap['rewards'])} rewards, {len(run.bootstrap['staff'])} people"


async def ask_for_changes(run: AcceptanceRun) -> str:
    changes = await run.tablet.changes(run.bootstrap["changes_cursor"])
    check(bool(changes["next_cursor"]), "there is no next cursor")
    return ""


async def roll_the_token(run: AcceptanceRun) -> str:
    """The answer of the first exchange is lost; the token before it ends when the second new one is used."""
    tablet, former = run.tablet, run.tablet.token
    await tablet.roll(answer_is_lost=True)
    await tablet.heartbeat()
    await tablet.roll()
    await tablet.heartbeat()
    newest, tablet.token = tablet.token, former
    try:
        await tablet.heartbeat()
    except RefusedCall as refusal:
        check(refusal.code == "device_token_expired", f"the former token is refused with {refusal}")
    else:
        raise NotAccepted("the former token goes on")
    finally:
        tablet.token = newest
    return ""


async def enroll(run: AcceptanceRun) -> str:
    person = {"email": f"simulator-{uuid4().hex}@example.com", "first_name": "Simulator"} | run.named
    person.pop("staff_pin", None)
    run.card = await run.tablet.ask("POST", "/store/loyalty/cards/enroll", json=person, key=uuid4().hex)
    masked = run.card["customer"]["email"]
    check("*" in masked, "customers are not masked")
    return f"card {run.card['code']}"


async def book_once(run: AcceptanceRun) -> str:
    """The same request twice, as after a lost answer."""
    tablet, key = run.tablet, uuid4().hex
    if run.bootstrap["program"]["type"] == "stamps":
        return "left out: the program has no points"
    path, body = f"/store/loyalty/cards/{run.card['id']}/points", run.sale | run.named
    requests = [tablet.prepare("POST", path, json=body, key=key) for _ in range(2)]
    first, again = [await tablet.send(request) for request in requests]
    if not first.is_success:
        raise RefusedCall(first)
    check(first.content == again.content, "the same key got two answers")
    run.card = await tablet.ask("GET", f"/store/loyalty/cards/{run.card['id']}")
    return f"{run.card['points_balance']} points"
