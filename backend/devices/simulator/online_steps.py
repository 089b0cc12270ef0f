"""What the reference tablet does with a network. Each step raises NotAccepted, RefusedCall or CallFailed."""

from datetime import timedelta
from uuid import uuid4

from backend.devices.simulator.client import RefusedCall
from backend.devices.simulator.visit import NotAccepted, Visit, check

BOOTSTRAP = "/devices/me/bootstrap"
NOT_MODIFIED = 304
CONFLICT, FORBIDDEN, UNAUTHENTICATED = 409, 403, 401


async def pair(visit: Visit) -> str:
    paired = await visit.tablet.pair(visit.code)
    return f"{paired['merchant']['name']}, {paired['store']['code']}, as a {paired['profile']}"


async def refuse_a_copy(visit: Visit) -> str:
    """The same signed request twice."""
    request = visit.tablet.prepare("GET", "/store/loyalty/program")
    first, copy = await visit.tablet.send(request), await visit.tablet.send(request)
    check(first.is_success, f"a signed request was answered {first.status}")
    check(copy.status == UNAUTHENTICATED, f"the copy of a request was answered {copy.status}")
    return ""


async def correct_the_clock(visit: Visit) -> str:
    visit.tablet.state.offset = timedelta(hours=-7)
    try:
        await visit.tablet.heartbeat()
    except RefusedCall as refusal:
        check(refusal.code == "device_signature_invalid", f"refused with {refusal}")
        visit.tablet.correct_clock(refusal.facts["server_time"])
    else:
        raise NotAccepted("a request of seven hours ago was accepted")
    answer = await visit.tablet.heartbeat(pending_count=0)
    return f"next heartbeat in {answer['next_heartbeat_seconds']} s"


async def fetch_the_bootstrap(visit: Visit) -> str:
    tablet = visit.tablet
    first = await tablet.send(tablet.prepare("GET", BOOTSTRAP))
    visit.bootstrap = await tablet.bootstrap()
    again = await tablet.send(tablet.prepare("GET", BOOTSTRAP, headers={"if-none-match": first.headers["etag"]}))
    check(again.status == NOT_MODIFIED, f"the bootstrap it had was answered {again.status}")
    check(visit.bootstrap["program"] is not None, "the merchant has no program")
    return f"{len(visit.bootstrap['rewards'])} rewards, {len(visit.bootstrap['staff'])} people"


async def ask_for_changes(visit: Visit) -> str:
    changes = await visit.tablet.changes(visit.bootstrap["changes_cursor"])
    check(bool(changes["next_cursor"]), "there is no next cursor")
    return ""


async def roll_the_token(visit: Visit) -> str:
    """The answer of the first exchange is lost; the token before it ends when the second new one is used."""
    tablet, former = visit.tablet, visit.tablet.token
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


async def enroll(visit: Visit) -> str:
    person = {"email": f"simulator-{uuid4().hex}@example.com", "first_name": "Simulator"} | visit.named
    person.pop("staff_pin", None)
    visit.card = await visit.tablet.ask("POST", "/store/loyalty/cards/enroll", json=person, key=uuid4().hex)
    masked = visit.card["customer"]["email"]
    check("*" in masked, "customers are not masked")
    return f"card {visit.card['code']}"


async def book_once(visit: Visit) -> str:
    """The same request twice, as after a lost answer."""
    tablet, key = visit.tablet, uuid4().hex
    if visit.bootstrap["program"]["type"] == "stamps":
        return "left out: the program has no points"
    path, body = f"/store/loyalty/cards/{visit.card['id']}/points", visit.sale | visit.named
    requests = [tablet.prepare("POST", path, json=body, key=key) for _ in range(2)]
    first, again = [await tablet.send(request) for request in requests]
    if not first.is_success:
        raise RefusedCall(first)
    check(first.content == again.content, "the same key got two answers")
    visit.card = await tablet.ask("GET", f"/store/loyalty/cards/{visit.card['id']}")
    return f"{visit.card['points_balance']} points"
