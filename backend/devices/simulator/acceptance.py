"""The reference tablet goes through the whole device API of an Orion, and says what is not as it should be."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from backend.core.outbound.calls import CallFailed
from backend.devices.simulator import offline_steps, online_steps
from backend.devices.simulator.acceptance_run import AcceptanceRun, NotAccepted
from backend.devices.simulator.client import RefusedCall

AcceptanceStep = Callable[[AcceptanceRun], Awaitable[str]]
"""Returns what is worth telling; empty where nothing is."""
STEPS: dict[str, AcceptanceStep] = {
    "Pairs with the code": online_steps.pair,
    "A copied request is refused": online_steps.refuse_a_copy,
    "A wrong clock is corrected": online_steps.correct_the_clock,
    "Fetches what it keeps": online_steps.fetch_the_bootstrap,
    "Asks for changes": online_steps.ask_for_changes,
    "Exchanges its token, one answer is lost": online_steps.roll_the_token,
    "Enrolls a customer": online_steps.enroll,
    "Books a sale once, sent twice": online_steps.book_once,
    "Gets a grant": offline_steps.get_a_grant,
    "Holds points to redeem offline": offline_steps.hold_an_allowance,
    "Hands in what it did offline, cut off once": offline_steps.hand_in_what_was_done,
    "Reads what became of it": offline_steps.read_what_became_of_it,
    "Ends the shift": offline_steps.end_the_shift,
}


@dataclass(frozen=True, slots=True)
class AcceptanceResult:
    step: str
    is_ok: bool
    detail: str
    """What was found, or why it failed."""


async def accept(run: AcceptanceRun) -> AsyncIterator[AcceptanceResult]:
    """One after the other, up to the first that fails: the others build on it."""
    for name, step in STEPS.items():
        try:
            detail = await step(run)
        except NotAccepted as failure:
            yield AcceptanceResult(name, is_ok=False, detail=str(failure))
            return
        except RefusedCall as refusal:
            yield AcceptanceResult(name, is_ok=False, detail=f"answered {refusal}")
            return
        except CallFailed as failure:
            yield AcceptanceResult(name, is_ok=False, detail=f"no answer: {failure.reason}")
            return
        yield AcceptanceResult(name, is_ok=True, detail=detail)
