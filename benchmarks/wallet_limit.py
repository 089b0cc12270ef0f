"""The limit of a run: the same PATCH requests by httpx alone, over as many connections as a run has concurrent pushes.

Runs in its own process, without database, rate limit or circuit breaker; the bodies are prepared before the start.
"""

import asyncio
import os
import sys
import time

import httpx
import msgspec
import uvloop
from msgspec.structs import replace

from backend.core.settings import load_settings
from backend.wallets.google.account import Account, load_account
from backend.wallets.google.auth import Tokens
from backend.wallets.google.client import LIMITS, TIMEOUT
from backend.wallets.google.payloads import object_payload
from backend.wallets.ports import ProgramSnapshot
from benchmarks import passes
from benchmarks.data import CARD, MERCHANTS, PROGRAM, START_POINTS, id_of
from benchmarks.load import Outcome


class LimitPlan(msgspec.Struct, frozen=True):
    cards: int
    connections: int


class Images:
    """Returns addresses as long as real ones."""

    def logo_url(self, program: ProgramSnapshot) -> str:  # noqa: ARG002 - always the same
        return "https://bench.example/api/v1/storefront/loyalty/images/logo-414fd2-c-0123456789abcdef0123456789abcdef"

    def strip_url(self, program: ProgramSnapshot, stamp_count: int) -> str:  # noqa: ARG002 - always the same
        return f"https://bench.example/api/v1/storefront/loyalty/images/hero-414fd2-{stamp_count}-0123456789abcdef.png"


async def run(plan: LimitPlan) -> Outcome:
    settings = load_settings()
    account = load_account(settings)
    assert account is not None, "the setup names a service account"
    headers = {"Authorization": f"Bearer {await Tokens(account).get()}", "Content-Type": "application/json"}
    left = iter([_patch(n, account) for n in range(plan.cards)])
    answered_at: list[float] = []
    latencies: list[float] = []
    failures: dict[str, int] = {}
    root = f"{settings.google_wallet_api_url}/walletobjects/v1/loyaltyObject/"
    async with httpx.AsyncClient(base_url=root, timeout=TIMEOUT, limits=LIMITS, trust_env=False) as http:
        before, started = sum(os.times()[:2]), time.perf_counter()

        async def work() -> None:
            for name, body in left:
                sent_at = time.perf_counter()
                answer = await http.patch(name, content=body, headers=headers)
                now = time.perf_counter()
                answered_at.append(now - started)
                latencies.append(now - sent_at)
                if not answer.is_success:
                    failures[str(answer.status_code)] = failures.get(str(answer.status_code), 0) + 1

        async with asyncio.TaskGroup() as group:
            for _ in range(plan.connections):
                group.create_task(work())
        cpu = sum(os.times()[:2]) - before
    return Outcome(answered_at, latencies, failures, cpu)


def _patch(n: int, account: Account) -> tuple[str, bytes]:
    """The object's id and the body of an update."""
    program = replace(passes.PROGRAM, program_id=id_of(PROGRAM, n % MERCHANTS))
    card = replace(passes.CARD, card_id=id_of(CARD, n), points_balance=START_POINTS, program=program)
    payload = object_payload(card, Images(), issuer_id=account.issuer_id)
    return payload["id"], msgspec.json.encode(payload)


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=LimitPlan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(plan))))


if __name__ == "__main__":
    main()
