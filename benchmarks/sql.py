"""The limit: the same statements with the same documents, run by pgbench as prepared statements."""

import subprocess
from pathlib import Path

from backend.dev.servers.identity import program
from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.server import plain_environment
from benchmarks.data import (
    CARD,
    MERCHANT,
    MERCHANTS,
    PREFIX,
    STORE,
    STORES,
    USERS,
    code_of,
)
from benchmarks.earns import CARDS_EACH, CLIENTS, LOOKED_UP
from benchmarks.load import Outcome

SESSION = "-c jit=off -c timezone=UTC"


def sql_id(kind: int, number: str) -> str:
    return f"('{PREFIX.format(kind=kind)}' || lpad(to_hex({number}), 12, '0'))::uuid"


# Every client uses its own cards in turn, and so knows the version of each without a query.
COUNTING = f"""
\\set i :i + 1
\\set card :first_card + :client_id + {CLIENTS} * (:i % {CARDS_EACH})
\\set n :card % {MERCHANTS}
\\set turn :i / {CARDS_EACH}
\\set user :n + {MERCHANTS} * ((:client_id + :i) % {USERS // MERCHANTS})
\\set store :user % {STORES}
\\set key random(1, 9000000000000000000)
"""
TOKEN = "'benchmark-token-of-till-user-' || lpad(:user::text, 14, '0')"
ACTOR = f"SELECT actor_by_token(sha256(convert_to({TOKEN}, 'UTF8')), now());\n"
CARD_STATE = (
    f"SELECT card_state({sql_id(MERCHANT, ':n::int')}, {sql_id(STORE, ':store::int')}, {sql_id(CARD, ':card::int')}, "
    "NULL, NULL, :key::text, now());\n"
)
FIND_CARD = (
    f"SELECT find_cards({sql_id(MERCHANT, ':n::int')}, {sql_id(STORE, ':store::int')}, "
    "(:codes::text[])[1 + :looked_up::int], NULL, NULL, '{}', now());\n"
)
LOOKUP = (
    f"""
\\set i :i + 1
\\set looked_up (:client_id + :i) % {LOOKED_UP}
\\set n :looked_up % {MERCHANTS}
\\set user :n + {MERCHANTS} * ((:client_id + :i) % {USERS // MERCHANTS})
\\set store :user % {STORES}
"""
    + ACTOR
    + FIND_CARD
)


class Pgbench:
    """Runs a script. The times of the transactions come from its log."""

    def __init__(self, server: EmbeddedPostgres, folder: Path) -> None:
        self._server = server
        self._folder = folder

    def run(self, script: str, count: int, **variables: str | int) -> Outcome:
        (self._folder / "script.sql").write_text(script)
        for old in self._folder.glob("log.*"):
            old.unlink()
        command = [
            str(program("pgbench")), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-t", str(count // CLIENTS),
            "-f", "script.sql", "--log", "--log-prefix=log", "-h", str(self._server.socket_dir), "-U", "orion_app",
            *(part for name, value in ({"i": -1} | variables).items() for part in ("-D", f"{name}={value}")), "orion",
        ]  # fmt: skip
        environment = plain_environment() | {"PGOPTIONS": SESSION}
        done = subprocess.run(
            command, cwd=self._folder, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
        if done.returncode:
            raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]}")
        return self._outcome()

    def _outcome(self) -> Outcome:
        """Columns of the log: client, number, microseconds, script, second and microsecond of the end."""
        lines = [line.split() for log in self._folder.glob("log.*") for line in log.read_text().splitlines()]
        ends = [int(line[4]) + int(line[5]) / 1e6 for line in lines]
        latencies = [int(line[2]) / 1e6 for line in lines]
        started = min(end - latency for end, latency in zip(ends, latencies, strict=True))
        return Outcome(sorted(end - started for end in ends), latencies, {}, 0.0)


def lookup_codes() -> str:
    return "{" + ",".join(code_of(n) for n in range(LOOKED_UP)) + "}"
