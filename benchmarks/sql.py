"""The limit: the same statements with the same documents, run by pgbench as prepared statements."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec

from backend.core.answers import AnswerRow
from backend.core.clock import clock
from backend.core.idempotency import key_for
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.dev.servers.identity import program
from backend.dev.servers.postgres import EmbeddedPostgres
from backend.dev.servers.server import plain_environment
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.queries import find_state
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.ledger.views import Show
from benchmarks.data import (
    CARD,
    CATEGORY,
    CUSTOMER,
    MERCHANT,
    MERCHANTS,
    PREFIX,
    PROGRAM,
    START_POINTS,
    STORE,
    STORES,
    USER,
    USERS,
    code_of,
    id_of,
)
from benchmarks.earns import CARDS_EACH, CENTS, CLIENTS, LOOKED_UP, POINTS
from benchmarks.load import Outcome

SESSION = "-c jit=off -c timezone=UTC"


def _id(kind: int, number: str) -> str:
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
    f"SELECT card_state({_id(MERCHANT, ':n::int')}, {_id(STORE, ':store::int')}, {_id(CARD, ':card::int')}, "
    "NULL, NULL, :key::text, now());\n"
)
FIND_CARD = (
    f"SELECT find_cards({_id(MERCHANT, ':n::int')}, {_id(STORE, ':store::int')}, "
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


@dataclass(frozen=True, slots=True)
class Template:
    """A booking with placeholders for what differs between sales, and the SQL that fills them."""

    text: str
    arguments: list[str]

    @property
    def statement(self) -> str:
        return f"SELECT book({_id(MERCHANT, ':n::int')}, format(:booking, {', '.join(self.arguments)})::json);\n"


async def template(app_url: str, first_card: int) -> Template:
    """Made by the action itself, with numbers that occur nowhere else in the document."""
    pool = await asyncpg.create_pool(app_url, min_size=1, max_size=1)
    try:
        return await _template(pool, first_card)
    finally:
        await pool.close()


async def _template(pool: asyncpg.Pool, card: int) -> Template:
    card_id, n, store = id_of(CARD, card), card % MERCHANTS, card % STORES
    origin = Origin(
        merchant_id=id_of(MERCHANT, n),
        store_id=id_of(STORE, store),
        user_id=id_of(USER, store),
        user_name="Till User 1",
        language="fr",
        now=clock.now(),
        instance="",
        request_id="",
    )
    state = await find_state(pool, origin, card_id=card_id)
    assert state is not None
    state.card.version, state.card.last_seq, state.card.points_balance = 7_000_001, 8_000_001, 9_000_001
    operation = EarnPoints(Earn(purchase_amount_cents=CENTS, category_ids=[id_of(CATEGORY, store)]))
    draft = BookingDraft(state, origin)
    decided = operation.decide(draft)
    links = CardLinks(KeyRing(["benchmark"]), "http://127.0.0.1:8080")
    body = operation.answer(decided, draft, Show(links, "fr", origin.now))
    key = key_for(str(uuid4()), "", operation.body)
    document = draft.complete(
        AnswerRow(key.value, key.fingerprint, decided.status, msgspec.json.encode(body).decode(), origin.now)
    )
    places: dict[str, str] = {
        "7000002": "2 + :turn::int",
        "8000002": "2 + :turn::int",
        str(9_000_001 + POINTS): f"{START_POINTS} + {POINTS} * (1 + :turn::int)",
        str(card_id): _id(CARD, ":card::int"),
        str(id_of(MERCHANT, n)): _id(MERCHANT, ":n::int"),
        str(id_of(PROGRAM, n)): _id(PROGRAM, ":n::int"),
        str(id_of(CUSTOMER, card)): _id(CUSTOMER, ":card::int"),
        str(id_of(STORE, store)): _id(STORE, ":store::int"),
        str(id_of(USER, store)): _id(USER, ":user::int"),
        str(id_of(CATEGORY, store)): _id(CATEGORY, ":store::int"),
        str(document.transactions[0].id): "uuidv7()",
        str(document.lots[0].id): "uuidv7()",
        str(document.events[0].id): "uuidv7()",
        key.value: "lpad(:key::text, 36, '-')",
    }
    text = msgspec.json.encode(document).decode().replace("%", "%%")
    for place, value in enumerate(places, 1):
        assert value in text, f"the booking does not hold {value}"
        text = text.replace(value, f"%{place}$s")
    return Template(text, list(places.values()))


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
