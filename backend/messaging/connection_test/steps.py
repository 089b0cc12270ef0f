"""Runs the steps of a connection test in order, up to the first that fails."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import structlog

from backend.core.sentence import Sentence, say
from backend.messaging.connection_test.results import NOT_TRIED, OK, SKIPPED, Passed, StepFailed, StepResult, Verdict
from backend.messaging.connection_test.schemas import STEP_NAMES, StepName
from i18n.translator import N_

WHOLE_SECONDS = 45.0

log = structlog.get_logger()


class PlannedStep(NamedTuple):
    name: StepName
    run: Callable[[], Awaitable[Passed]]
    """Raises StepFailed."""


def planned(*runs: Callable[[], Awaitable[Passed]]) -> list[PlannedStep]:
    """One function for each step, in their order."""
    return [PlannedStep(name, run) for name, run in zip(STEP_NAMES, runs, strict=True)]


class ProviderTest(Protocol):
    """The steps for one provider. They share a connection."""

    @property
    def steps(self) -> list[PlannedStep]: ...

    async def close(self) -> None: ...


async def run_steps(test: ProviderTest) -> AsyncGenerator[StepResult | Verdict, None]:
    """Each step when it ends, those after a failure as skipped, and the verdict; at most 45 s."""
    deadline = time.monotonic() + WHOLE_SECONDS
    steps = test.steps
    last = steps[-1].name
    try:
        for position, step in enumerate(steps):
            result, failure = await _run(step, deadline)
            yield result
            if failure:
                for skipped in _skipped(steps[position + 1 :]):
                    yield skipped
                yield _failed(step.name, failure)
                return
            if step.name == last:
                yield Verdict(OK, [say(N_("Email works with these settings.")), result.sentence])
    finally:
        await test.close()


async def _run(step: PlannedStep, deadline: float) -> tuple[StepResult, StepFailed | None]:
    started = time.perf_counter()

    def milliseconds() -> int:
        return round((time.perf_counter() - started) * 1000)

    try:
        async with asyncio.timeout(deadline - time.monotonic()):
            passed = await step.run()
    except StepFailed as failed:
        failure = failed
    except TimeoutError:
        failure = StepFailed("too_slow", say(N_("The test took too long and was stopped.")))
    except Exception as error:
        log.exception("connection_test_failed", step=step.name, error=type(error).__name__)
        sentence = say(N_("Something unforeseen happened (%(error)s)."), error=type(error).__name__)
        failure = StepFailed("unexpected", sentence)
    else:
        code = SKIPPED if passed.outcome == "skipped" else OK
        return StepResult(step.name, passed.outcome, code, passed.sentence, milliseconds(), passed.facts), None
    return StepResult(step.name, "failed", failure.code, failure.sentence, milliseconds(), failure.facts), failure


def _skipped(steps: Sequence[PlannedStep]) -> Iterator[StepResult]:
    return (StepResult(step.name, "skipped", SKIPPED, Sentence(NOT_TRIED)) for step in steps)


def _failed(name: StepName, failure: StepFailed) -> Verdict:
    sentences = [failure.sentence] + ([failure.remedy] if failure.remedy else [])
    return Verdict(failure.code, sentences, name, failure.suggestion)
