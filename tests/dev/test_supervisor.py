"""Programs that live and end together."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from backend.dev.supervisor import Supervisor
from tests.world.patience import PATIENCE_SECONDS, wait_until

FOREVER = "import time; time.sleep(1000)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(1000)"
FAMILY = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'], start_new_session=True); "
    "print('grandchild', child.pid); time.sleep(1000)"
)
KILLED_SUPERVISOR = """
import io, os, signal, sys
from rich.console import Console
from backend.dev.supervisor import Supervisor
child = Supervisor(Console(file=io.StringIO())).start("child", ["sleep", "1000"])
print(child.process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(log: io.StringIO) -> Supervisor:
    return Supervisor(Console(file=log, highlight=False, markup=False))


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.dev.supervisor.RESTART_SECONDS", 0)


def test_a_program_that_dies_is_started_again_with_a_word_in_the_log(
    supervisor: Supervisor, log: io.StringIO, tmp_path: Path
) -> None:
    """Twice; what dies three times in a row will not live."""
    lives = tmp_path / "lives"
    script = f"import os; fd = os.open({str(lives)!r}, os.O_CREAT | os.O_APPEND | os.O_WRONLY); os.write(fd, b'x'); "
    with supervisor:
        supervisor.start("mortal", python(script + "raise SystemExit(3)"))
        ended = supervisor.wait()
        assert (ended.name, ended.deaths, lives.read_text("utf-8")) == ("mortal", 3, "xxx")
    assert log.getvalue().count("orion    │ mortal ended with exit code 3; it is started again.") == 2


def test_the_death_of_a_program_that_has_run_for_long_is_its_first(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with supervisor:
        child = supervisor.start("child", python("raise SystemExit(1)"))
        child.deaths = 2
        monkeypatch.setattr("backend.dev.supervisor.STEADY_SECONDS", 0)
        child.count_death()
        assert child.deaths == 1


def test_when_one_program_crashes_it_is_named_and_the_others_end(supervisor: Supervisor) -> None:
    with supervisor:
        stays = supervisor.start("stays", python(FOREVER))
        supervisor.start("crashes", python("raise SystemExit(3)"))
        ended = supervisor.wait()
        assert f"{ended.name} {ended.ending}" == "crashes ended with exit code 3"
        assert not stays.ended
    assert stays.ending == "was ended by SIGTERM"


def test_a_program_ended_by_a_signal_says_which(supervisor: Supervisor) -> None:
    with supervisor:
        child = supervisor.start("child", python(FOREVER))
        child.process.kill()
        child.process.wait()
        assert child.ending == "was ended by SIGKILL"


def test_every_line_of_the_log_carries_its_name(supervisor: Supervisor, log: io.StringIO) -> None:
    child = supervisor.run("seed", python("print('\\x1b[31mone\\x1b[0m'); print('two [bold]')"))
    assert child.process.returncode == 0
    assert log.getvalue().splitlines() == ["seed     │ one", "seed     │ two [bold]"]


def test_a_program_that_ends_as_planned_is_not_a_crash(supervisor: Supervisor) -> None:
    with supervisor:
        assert supervisor.run("seed", python("raise SystemExit(1)")).ending == "ended with exit code 1"
        assert supervisor.first_ended() is None


def test_a_program_sees_only_the_environment_it_is_given(supervisor: Supervisor, log: io.StringIO) -> None:
    supervisor.run("child", python("import os; print('HOME' in os.environ, os.environ['SHOP'])"), {"SHOP": "open"})
    assert "False open" in log.getvalue()


def test_grandchildren_in_sessions_of_their_own_end_too(supervisor: Supervisor, log: io.StringIO) -> None:
    with supervisor:
        supervisor.start("family", python(FAMILY))
        wait_for(log, "grandchild")
        grandchild = int(log.getvalue().split()[-1])
        assert is_running(grandchild)
    assert not is_running(grandchild)


def test_a_program_deaf_to_sigterm_is_killed_when_its_time_is_over(
    supervisor: Supervisor, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.dev.supervisor.STOP_SECONDS", 0.3)
    with supervisor:
        child = supervisor.start("deaf", python(DEAF))
        wait_for(log, "│ deaf")
    assert child.process.returncode == -signal.SIGKILL


def test_programs_end_when_the_supervisor_is_killed() -> None:
    ended = subprocess.run(python(KILLED_SUPERVISOR), capture_output=True, check=False, timeout=PATIENCE_SECONDS)
    wait_until(lambda: not is_running(int(ended.stdout)))


def wait_for(log: io.StringIO, words: str) -> None:
    wait_until(lambda: words in log.getvalue())


def is_running(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
