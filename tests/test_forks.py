"""What a run of tests has started ends with it, also when it is killed."""

import os
import subprocess
import sys

import pytest

from tests.world.patience import wait_until

STARTER = """
import os, sys
from tests.forks import Fork
nowhere = os.open(os.devnull, os.O_WRONLY)
fork = Fork(sys.argv[1], ["http.server", "0"], os.environ, nowhere, stays=sys.argv[2] == "stays")
print(fork.pid, flush=True)
sys.stdin.read()
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("stays", ["stays", "goes"])
def test_a_process_goes_with_the_run_that_started_it_unless_it_is_to_stay(forks: str, stays: str) -> None:
    command = [sys.executable, "-c", STARTER, forks, stays]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert is_alive(pid)
        starter.kill()
    if stays == "stays":
        assert is_alive(pid)
        os.kill(pid, 9)
    wait_until(lambda: not is_alive(pid))
