"""No process is left alone with a long test at the end: what xdist makes of the order."""

from types import SimpleNamespace

import pytest
from xdist.scheduler import WorkStealingScheduling

from tests.order import in_order

JOURNEYS, CORE, RUNBOOKS = ["j1", "j2", "j3", "j4", "j5"], ["c1", "c2", "c3"], ["r1", "r2"]
QUICK = [f"quick{number}" for number in range(90)]


class Process:
    """Of xdist; takes down what it is given."""

    def __init__(self) -> None:
        self.gateway, self.shutting_down = SimpleNamespace(id="a process"), False
        self.given: list[int] = []

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices


def given(ordered: list[str], processes: list[Process]) -> list[list[str]]:
    config = SimpleNamespace(getvalue={"tx": ["popen"] * len(processes)}.__getitem__)
    scheduling = WorkStealingScheduling(config)
    for process in processes:
        scheduling.add_node(process)
        scheduling.add_node_collection(process, ordered)
    scheduling.schedule()
    return [[ordered[place] for place in process.given] for process in processes]


@pytest.mark.parametrize(
    ("processes", "slow"),
    [
        (1, [[*JOURNEYS, *CORE, *RUNBOOKS]]),
        (2, [JOURNEYS, [*CORE, *RUNBOOKS]]),
        (3, [JOURNEYS, CORE, RUNBOOKS]),
        (4, [JOURNEYS, CORE, RUNBOOKS, []]),
    ],
)
def test_each_process_begins_with_its_folders_of_slow_tests(processes: int, slow: list[list[str]]) -> None:
    parts = given(in_order([RUNBOOKS, JOURNEYS, CORE], QUICK, processes), [Process() for _ in range(processes)])
    assert [part[: len(first)] for part, first in zip(parts, slow, strict=True)] == slow
    quick = [part[len(first) :] for part, first in zip(parts, slow, strict=True)]
    assert [test for part in quick for test in part] == QUICK
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_slow_ones_alone_are_all_given_away() -> None:
    parts = given(in_order([JOURNEYS, RUNBOOKS], [], 3), [Process() for _ in range(3)])
    assert sorted(test for part in parts for test in part) == sorted([*JOURNEYS, *RUNBOOKS])
