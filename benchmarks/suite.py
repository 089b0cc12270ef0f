"""The measurements and their comparisons."""

import asyncio
import re

import httpx

from benchmarks.booking_template import Template
from benchmarks.comparison import Comparison, p95_of
from benchmarks.data import PASSWORD, email_of
from benchmarks.earns import (
    CLIENTS,
    SLICE,
    earn_requests,
    lookup_requests,
    page_requests,
    till_requests,
)
from benchmarks.expiry import EXPIRING, expiring, make_due
from benchmarks.ledger_earns import ActionPlan
from benchmarks.load import Outcome
from benchmarks.measurement import SECONDS_MAX, Measurement, over_http, run_driver
from benchmarks.pins import PIN, verify_pins
from benchmarks.servers import Server, Setup
from benchmarks.sql import ACTOR, CARD_STATE, COUNTING, LOOKUP, Pgbench, lookup_codes
from benchmarks.tablet import BenchTablet

EARNS, LOOKUPS, PAGES, IN_TURN = CLIENTS * 120, 1600, 400, 320
PEOPLE = 4
EARN_HTTP, EARN_ACTION, EARN_SQL, ACTION_SQL = "earn over HTTP", "earn, the action alone", "earn, SQL", "action, SQL"
EARN_PIN = "earn with a PIN over HTTP"
LOOKUP_HTTP, LOOKUP_SQL, PAGE, TILL_HTTP = "lookup over HTTP", "lookup, SQL", "till page", "till over HTTP"
BATCH, TILL_ALONE = "batch of 500 over HTTP, its operations", "earn at two tills"
TILL_BESIDE = "earn at two tills beside a batch"
TILL_IN_TURN, TILL_AT_NIGHT = "two tills, 20 ms apart", "two tills, 20 ms apart, while points expire"
NAMES = (
    EARN_HTTP,
    EARN_PIN,
    EARN_ACTION,
    EARN_SQL,
    ACTION_SQL,
    LOOKUP_HTTP,
    LOOKUP_SQL,
    PAGE,
    TILL_HTTP,
    BATCH,
    TILL_ALONE,
    TILL_BESIDE,
    TILL_IN_TURN,
    TILL_AT_NIGHT,
)

COMPARISONS = (
    Comparison(EARN_HTTP, EARN_SQL, "actor_by_token + card_state + book by pgbench", 0.35),
    Comparison(EARN_PIN, EARN_HTTP, "the same without a PIN; everybody has typed theirs once", 0.80),
    Comparison(EARN_ACTION, ACTION_SQL, "card_state + book by pgbench", 0.60),
    Comparison(LOOKUP_HTTP, LOOKUP_SQL, "actor_by_token + find_cards by pgbench", None),
    Comparison(PAGE, TILL_HTTP, "GET /store/loyalty/till, the call it makes", None),
    Comparison(BATCH, EARN_HTTP, "as many single calls", 1.0),
    Comparison(TILL_BESIDE, TILL_ALONE, "the same without a batch", None),
    Comparison(p95_of(TILL_AT_NIGHT), p95_of(TILL_IN_TURN), "the same while none expire", 1.5, at_most=True),
)


def suite(setup: Setup, template: Template) -> list[Measurement]:
    verify_pins(setup)
    runs = _Runs(setup, template)
    measurements = [
        Measurement(EARN_SQL, runs.earn_sql),
        Measurement(EARN_HTTP, runs.earn_http),
        Measurement(EARN_PIN, runs.earn_pin),
        Measurement(ACTION_SQL, runs.action_sql),
        Measurement(EARN_ACTION, runs.earn_action),
        Measurement(LOOKUP_SQL, runs.lookup_sql),
        Measurement(LOOKUP_HTTP, runs.lookup_http),
        Measurement(TILL_HTTP, runs.till_http),
        Measurement(BATCH, runs.batch, warm_up=0),
        Measurement(TILL_ALONE, runs.till_alone),
        Measurement(TILL_BESIDE, runs.till_beside),
        Measurement(TILL_IN_TURN, runs.till_in_turn),
        Measurement(TILL_AT_NIGHT, runs.till_at_night),
    ]
    if setup.frontend:
        frontend, cookies = setup.frontend, [sign_in(setup.frontend, user) for user in range(PEOPLE)]
        measurements.append(Measurement(PAGE, lambda _: over_http(frontend, page_requests(PAGES, cookies), 200)))
    return measurements


class _Runs:
    """A round of each measurement. Its number is not needed: each takes new cards."""

    def __init__(self, setup: Setup, template: Template) -> None:
        self._setup, self._template = setup, template
        self._pgbench = Pgbench(setup.postgres, setup.folder)
        self._cards = _Slices()
        self._tablet = BenchTablet(setup)
        self._tablet.pair()

    def earn_http(self, _: int) -> Outcome:
        return over_http(self._setup.backend, earn_requests(self._cards.next(), EARNS), 201)

    def earn_pin(self, _: int) -> Outcome:
        return over_http(self._setup.backend, earn_requests(self._cards.next(), EARNS, PIN), 201)

    def earn_action(self, _: int) -> Outcome:
        plan = ActionPlan(self._cards.next(), EARNS, CLIENTS, SECONDS_MAX)
        return run_driver("benchmarks.ledger_earns", plan, dict(self._setup.environment))

    def earn_sql(self, _: int) -> Outcome:
        return self._earn_by_pgbench(COUNTING + ACTOR + CARD_STATE)

    def action_sql(self, _: int) -> Outcome:
        return self._earn_by_pgbench(COUNTING + CARD_STATE)

    def lookup_http(self, _: int) -> Outcome:
        return over_http(self._setup.backend, lookup_requests(LOOKUPS), 200)

    def lookup_sql(self, _: int) -> Outcome:
        return self._pgbench.run(LOOKUP, LOOKUPS, codes=lookup_codes())

    def till_http(self, _: int) -> Outcome:
        return over_http(self._setup.backend, till_requests(PAGES, PEOPLE), 200)

    def batch(self, _: int) -> Outcome:
        return self._tablet.hand_in(self._cards.next())

    def till_alone(self, _: int) -> Outcome:
        return self._tablet.till(self._cards.next())

    def till_beside(self, _: int) -> Outcome:
        return self._tablet.beside_a_till(self._cards.next(), self._cards.next())

    def till_at_night(self, _: int) -> Outcome:
        asyncio.run(make_due(self._setup.superuser_url, self._cards.next(EXPIRING)))
        with expiring(self._setup):
            return self.till_in_turn(0)

    def till_in_turn(self, _: int) -> Outcome:
        """Two shop assistants whom nobody keeps waiting: a hundred times as busy as any shop."""
        requests = earn_requests(self._cards.next(), IN_TURN)
        return over_http(self._setup.backend, requests, 201, connections=2, pause_seconds=0.02)

    def _earn_by_pgbench(self, reads: str) -> Outcome:
        script, booking = reads + self._template.statement, self._template.text
        return self._pgbench.run(script, EARNS, first_card=self._cards.next(), booking=booking)


class _Slices:
    """Provides new cards for each measurement that books."""

    def __init__(self) -> None:
        self._used = 0

    def next(self, count: int = SLICE) -> int:
        """The number of the first of them."""
        self._used += count
        return self._used - count


def sign_in(frontend: Server, user: int) -> str:
    """The cookies of a user who has signed in through the page, as a browser sends them."""
    with httpx.Client(base_url=frontend.url, trust_env=False, timeout=5) as browser:
        form = browser.get("/sign-in").text
        token = re.search(r'name="_csrf_token" value="([^"]+)"', form)
        if token is None:
            raise RuntimeError("the sign-in page has no form")
        fields = {"email": email_of(user), "password": PASSWORD, "_csrf_token": token[1]}
        answer = browser.post("/sign-in", data=fields, headers={"Cookie": _cookies_of(browser)})
        if not answer.is_redirect:
            raise RuntimeError(f"signing in failed: {answer.status_code}")
        return _cookies_of(browser)


def _cookies_of(browser: httpx.Client) -> str:
    """Includes cookies restricted to HTTPS: in production a proxy in front of Orion terminates TLS."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
