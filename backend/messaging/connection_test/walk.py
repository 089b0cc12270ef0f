"""Walks the steps of a connection test in order, up to the first that fails."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import structlog

from backend.messaging.connection_test.results import (
    NOT_TRIED,
    OK,
    SKIPPED,
    Passed,
    Sentence,
    Step,
    StepFailed,
    Verdict,
    say,
)
from backend.messaging.connection_test.schemas import StepName
from i18n.translator import N_

WHOLE_SECONDS = 45.0

log = structlog.get_logger()


class Act(NamedTuple):
    name: StepName
    run: Callable[[], Awaitable[Passed]]
    """Raises StepFailed."""


class Conversation(Protocol):
    @property
    def acts(self) -> list[Act]: ...

    async def close(self) -> None: ...


async def walk(conversation: Conversation) -> AsyncGenerator[Step | Verdict, None]:
    """Each step when it ends, those after a failure as skipped, and the verdict; at most 45 s."""
    deadline = time.monotonic() + WHOLE_SECONDS
    acts = conversation.acts
    last = acts[-1].name
    try:
        for position, act in enumerate(acts):
            step, failure = await _run(act, deadline)
            yield step
            if failure:
                for skipped in _skipped(acts[position + 1 :]):
                    yield skipped
                yield _failed(act.name, failure)
                return
            if act.name == last:
                yield Verdict(OK, [say(N_("Email works with these settings.")), step.sentence])
    finally:
        await conversation.close()


async def _run(act: Act, deadline: float) -> tuple[Step, StepFailed | None]:
    started = time.perf_counter()

    def milliseconds() -> int:
        return round((time.perf_counter() - started) * 1000)

    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            passed = await act.run()
    except StepFailed as failed:
        failure = failed
    except TimeoutError:
        failure = StepFailed("too_slow", say(N_("The test took too long and was stopped.")))
    except Exception as error:
        log.exception("connection_test_failed", step=act.name, error=type(error).__name__)
        sentence = say(N_("Something unforeseen happened (%(error)s)."), error=type(error).__name__)
        failure = StepFailed("unexpected", sentence)
    else:
        code = SKIPPED if passed.outcome == "skipped" else OK
        return Step(act.name, passed.outcome, code, passed.sentence, milliseconds(), passed.facts), None
    return Step(act.name, "failed", failure.code, failure.sentence, milliseconds(), failure.facts), failure


def _skipped(acts: Sequence[Act]) -> Iterator[Step]:
    return (Step(act.name, "skipped", SKIPPED, Sentence(NOT_TRIED)) for act in acts)


def _failed(name: StepName, failure: StepFailed) -> Verdict:
    sentences = [failure.sentence] + ([failure.remedy] if failure.remedy else [])
    return Verdict(failure.code, sentences, name, failure.suggestion)
