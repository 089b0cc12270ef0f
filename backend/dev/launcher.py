"""`orion dev`: starts the servers and all processes on one machine, with one log."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from rich.console import Console

from backend.core.migrations import upgrade
from backend.core.outbound.calls import CallFailed, outbound_errors
from backend.core.settings import Settings, SettingsError, load_settings
from backend.core.startup import StartRefused
from backend.dev.banner import welcome
from backend.dev.ports import free_port, is_free
from backend.dev.sandbox.environment import SANDBOX, sandbox_values
from backend.dev.servers.environment import MAIL_CATCHER, MAIL_CATCHER_PORT, MAIL_TLS, local_url, open_servers
from backend.dev.servers.errors import EmbeddedServerError
from backend.dev.servers.state_file import remove_state, write_state
from backend.dev.supervisor import Supervisor
from backend.wallets.open import check_wallet_files
from environment.server import SERVER

READY_SECONDS = 60
NOT_FOR_THE_FRONTEND = ("ORION_DATABASE_URL", "ORION_DATABASE_OWNER_URL", "ORION_REDIS_URL")


class DevelopmentError(Exception):
    """One sentence that says why Orion cannot run here and what to do."""


def run(*, hints: Sequence[tuple[str, str]] = ()) -> int:
    """Runs until Ctrl-C (0) or until something fails (1); leaves no process behind. `hints`: for `welcome`."""
    console = Console(highlight=False, emoji=False, markup=False)
    try:
        with _stopping_on_signals():
            _run(load_settings(), console, hints)
    except KeyboardInterrupt:
        console.print("Orion has stopped.")
        return 0
    except (DevelopmentError, EmbeddedServerError, SettingsError, StartRefused) as error:
        console.print(str(error), style="bold red", soft_wrap=True)
    return 1


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """The first signal raises KeyboardInterrupt. Further ones are ignored: stopping has a time limit."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup ignores it
        numbers.append(signal.SIGHUP)

    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(settings: Settings, console: Console, hints: Sequence[tuple[str, str]]) -> None:
    _refuse_production(settings)
    check_wallet_files(settings)
    check_ports(settings)
    data_dir = settings.data_dir.resolve()
    _make_folder(data_dir)
    with ExitStack() as stack:
        console.print("Starting the servers and bringing the database up to date …")
        values = open_servers(settings, data_dir, stack) | sandbox_values(settings, data_dir)
        stack.callback(remove_state, data_dir)
        write_state(data_dir, values)
        upgrade(values["ORION_DATABASE_OWNER_URL"])
        supervisor = stack.enter_context(Supervisor(console))
        _seed(supervisor, dict(os.environ) | values)
        start_programs(supervisor, settings, data_dir, values)
        await_ready(supervisor, settings)
        console.print(
            welcome(
                frontend_url=values["ORION_PUBLIC_URL"],
                backend_url=values["ORION_BACKEND_URL"],
                has_sandbox=SANDBOX in values,
                hints=hints,
            )
        )
        ended = supervisor.wait()
        raise DevelopmentError(f"{ended.name} {ended.ending}; everything else has been stopped.")


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DevelopmentError(f"ORION_DATA_DIR: no folder can be made there ({error.strerror}).") from error


def _refuse_production(settings: Settings) -> None:
    if settings.environment == "production":
        raise DevelopmentError("`orion dev` is not for production: unset ORION_ENVIRONMENT, or see deploy/.")


def check_ports(settings: Settings) -> None:
    """Raises DevelopmentError that names the ports in use and proposes a free one for each."""
    addresses = {
        "BACKEND": (settings.backend_host, settings.backend_port),
        "FRONTEND": (settings.frontend_host, settings.frontend_port),
    }
    in_use = {name: address for name, address in addresses.items() if not is_free(*address)}
    if in_use:
        ports = " and ".join(str(port) for _, port in in_use.values())
        subject = f"Port {ports} is" if len(in_use) == 1 else f"Ports {ports} are"
        choice = " ".join(f"ORION_{name}_PORT={free_port(host, port + 10)}" for name, (host, port) in in_use.items())
        raise DevelopmentError(f"{subject} taken by another program. Choose another one: {choice} make run")


def _seed(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    seed = supervisor.run("seed", _python("backend.cli", "seed"), environment)
    if seed.process.returncode != 0:
        raise DevelopmentError(f"The demo world is not complete: seed {seed.ending}.")


def start_programs(supervisor: Supervisor, settings: Settings, data_dir: Path, values: Mapping[str, str]) -> None:
    """Starts all long-running programs. `values`: the `ORION_` variables that name the servers."""
    environment = dict(os.environ) | dict(values)
    options = ["--port", values[MAIL_CATCHER_PORT], "--dir", values[MAIL_CATCHER], "--tls", str(data_dir / MAIL_TLS)]
    supervisor.start("mail", _python("backend.dev.servers.mail_catcher", *options), environment)
    if SANDBOX in values:
        url = urlsplit(values[SANDBOX])
        address = ["--host", str(url.hostname), "--port", str(url.port)]
        supervisor.start("sandbox", _python(*SERVER, *address, "backend.dev.sandbox.app:create_app"), environment)
    address = ["--host", settings.backend_host, "--port", str(settings.backend_port)]
    supervisor.start("backend", _python(*SERVER, *address, "backend.app:create_app"), environment)
    address = ["--host", settings.frontend_host, "--port", str(settings.frontend_port)]
    without_servers = {name: value for name, value in environment.items() if name not in NOT_FOR_THE_FRONTEND}
    supervisor.start("frontend", _python(*SERVER, *address, "frontend.app:create_app"), without_servers)
    supervisor.start("worker", _python("workers.main"), environment)


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def await_ready(supervisor: Supervisor, settings: Settings) -> None:
    """Returns when backend and frontend are ready. Raises DevelopmentError when a program ends, or after 60 s."""
    urls = {
        "backend": local_url(settings.backend_host, settings.backend_port) + "/health/ready",
        "frontend": local_url(settings.frontend_host, settings.frontend_port) + "/health/ready",
    }
    missing = dict.fromkeys(urls, "")
    deadline = time.monotonic() + READY_SECONDS
    while missing:
        missing = {name: reason for name in missing if (reason := _why_not_ready(urls[name]))}
        if ended := supervisor.first_ended():
            raise DevelopmentError(f"{ended.name} {ended.ending} before Orion was ready; see its last lines above.")
        if missing and time.monotonic() > deadline:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in missing.items())
            raise DevelopmentError(f"Not ready within {READY_SECONDS} s: {reasons}")
        time.sleep(0.1)


def _why_not_ready(url: str) -> str:
    try:
        with outbound_errors():
            response = httpx.get(url, timeout=2, trust_env=False)
    except CallFailed as failure:
        return f"{url} does not answer ({failure.reason})"
    return "" if response.is_success else f"{url} answers {response.status_code} {response.text[:200]}"
