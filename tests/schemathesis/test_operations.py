"""Every answer is one of those that the document promises: `make fuzz` asks more often."""

from itertools import islice

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.schemathesis.fuzzing import EXAMPLES, OPERATIONS, SEED, Operation, Stage, at_the_bounds, drawn, who_may

EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)


@EVERY_OPERATION
@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    derandomize=False,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data(), is_real=st.sampled_from([True, True, True, False]))
async def test_a_request_of_any_kind_gets_a_promised_answer(
    operation: Operation, stage: Stage, data: st.DataObject, *, is_real: bool
) -> None:
    role = data.draw(st.sampled_from(who_may(operation)))
    await stage.ask(data.draw(drawn(operation)), role, about_real_things=is_real)


@EVERY_OPERATION
async def test_a_request_at_the_bounds_gets_a_promised_answer(operation: Operation, shared_stage: Stage) -> None:
    for number, case in enumerate(islice(at_the_bounds(operation), EXAMPLES)):
        roles = who_may(operation)
        await shared_stage.ask(case, roles[-1 - number % len(roles)], about_real_things=False)
