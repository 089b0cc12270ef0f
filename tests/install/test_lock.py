"""The lock is installed as it stands, without resolving: it must be complete, for every Python and machine."""

import pytest

from tests.install.lock import Closure, locked

PYTHONS = ("3.11.0", "3.11.7", "3.12.0", "3.13.0")
"""The first of each, and the one from which on a pin is no longer needed."""
MACHINES = ("x86_64", "aarch64")


def environment(python: str, machine: str) -> dict[str, str]:
    return {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "implementation_version": python,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": machine,
        "platform_release": "",
        "platform_version": "",
    }


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_holds_everything_that_is_asked_for_and_nothing_else(python: str, machine: str) -> None:
    where = environment(python, machine)
    pins = locked(where)
    closure = Closure.of(where, pins)
    assert closure.missing == []
    assert closure.reached == set(pins)


def test_a_requirement_that_only_an_extra_has_is_missed_when_it_is_not_locked() -> None:
    """A new version that asks for an extra is what an install without resolving would not notice."""
    where = environment("3.11.0", "x86_64")
    pins = locked(where)
    for name in ("greenlet", "h2", "uvloop", "hiredis"):
        without = {other: version for other, version in pins.items() if other != name}
        assert [line for line in Closure.of(where, without).missing if f"wants {name}" in line.lower()] != []
