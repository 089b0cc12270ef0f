"""What must be so after every run, whatever went wrong: one sentence for each thing that is not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from backend.audit.chains import verify
from backend.dev.sandbox.google.account import ISSUER_ID
from backend.operations.audit.tasks import list_chains
from backend.operations.ledger.tasks import audited, look_at_ledger
from backend.wallets.google.names import object_id
from tests.chaos.stack import Stack
from tests.chaos.tills import Journal

FASHION = "SELECT id FROM merchants WHERE code = 'fashion-group'"
THEIRS = ("cards", "customers", "transactions", "lots", "events", "email_logs", "wallet_links")
"""Tables in which no row of another merchant may change."""
BOOKED = """
SELECT idempotency_key AS key, kind, array_agg(id::text) AS ids FROM transactions
WHERE idempotency_key = ANY($1) GROUP BY 1, 2
"""
ENROLLED = "SELECT id FROM cards WHERE id = ANY($1::uuid[])"
WAITING_EVENTS = "SELECT event_name, last_error FROM outbox WHERE dead_at IS NULL OR last_error IS NULL"
UNSENT = """
SELECT status, error_code FROM email_logs
WHERE status IN ('queued', 'sending') OR (status <> 'sent' AND error_code IS NULL)
"""
MAILS = "SELECT recipient, status, message_id FROM email_logs"
PASSES = """
SELECT c.id, c.points_balance, c.wallet_version > l.synced_version AS is_dirty, l.last_error_code FROM wallet_links l
JOIN cards c ON c.merchant_id = l.merchant_id AND c.id = l.card_id WHERE l.provider = 'google' AND l.status = 'active'
"""


@dataclass
class Checker:
    stack: Stack
    superuser: asyncpg.Pool
    fashion: UUID
    others: dict[str, str]
    """What the rows of other merchants were before."""

    async def broken(self, journal: Journal) -> list[str]:
        checks: tuple[Callable[[Journal], Awaitable[list[str]]], ...] = (
            self.bookings, self.ledger, self.outbox, self.passes, self.mails, self.audit, self.tenants, self.processes,
        )  # fmt: skip
        return [*journal.wrong, *[fault for check in checks for fault in await check(journal)]]

    async def bookings(self, journal: Journal) -> list[str]:
        """Each that was answered is in the ledger once; the others are there once or not at all."""
        told = {key: (kind, set(ids)) for key, (kind, ids) in journal.booked.items() if kind != "enrolled"}
        rows = await self.superuser.fetch(BOOKED, list(told))
        there = {(row["key"], row["kind"]): set(row["ids"]) for row in rows}
        cards = {ids[0] for kind, ids in journal.booked.values() if kind == "enrolled"}
        enrolled = {str(row["id"]) for row in await self.superuser.fetch(ENROLLED, list(cards))}
        found = {key: there.get((key, kind), set()) for key, (kind, _) in told.items()}
        return [
            *(f"{kind} {key} was answered and is lost" for key, (kind, ids) in told.items() if ids - found[key]),
            *(f"{kind} {key} was booked twice" for key, (kind, ids) in told.items() if found[key] - ids),
            *(f"the card {card} was answered and is lost" for card in cards - enrolled),
        ]

    async def ledger(self, _: Journal) -> list[str]:
        services = self.stack.services
        result = await look_at_ledger(services.pool, await audited(services.sessions))
        return [f"{each.invariant}: {each.says}: {each.facts}" for each in result.violations]

    async def outbox(self, _: Journal) -> list[str]:
        """Empty, or given up with a reason."""
        events, mails = await self.superuser.fetch(WAITING_EVENTS), await self.superuser.fetch(UNSENT)
        return [
            *(f"the event {row['event_name']} waits: {row['last_error']}" for row in events),
            *(f"an email is {row['status']}: {row['error_code']}" for row in mails),
        ]

    async def passes(self, _: Journal) -> list[str]:
        passes, wrong = self.stack.google.fake.passes, []
        for row in await self.superuser.fetch(PASSES):
            there = passes.find("loyaltyObject", object_id(ISSUER_ID, row["id"]))
            shown = there.body["loyaltyPoints"]["balance"]["int"] if there else None
            if row["is_dirty"] or shown != row["points_balance"]:
                wrong.append(f"a pass shows {shown}, not {row['points_balance']}: {row['last_error_code']}")
        return wrong

    async def mails(self, journal: Journal) -> list[str]:
        """Every one was seen by the mail server; of unknown outcome is only what nobody could know.

        One that came twice has the same Message-ID, by which a mailbox shows it once.
        """
        rows = await self.superuser.fetch(MAILS)
        seen = {recipient for _, recipients in self.stack.post_office.envelopes for recipient in recipients}
        written, known = {row["recipient"] for row in rows}, {row["message_id"] for row in rows}
        came = {(mail["To"], mail["Message-ID"]) for mail in self.stack.post_office.mails}
        return [
            *(f"the email to {row['recipient']} is {row['status']} and was not seen"
              for row in rows if row["recipient"] not in seen and row["status"] != "unknown"),
            *(f"nobody wrote to {email}" for email in journal.emails - written),
            *(f"{name} came to {email}, and is no email of ours"
              for email, name in came if email in journal.emails and name not in known),
        ]  # fmt: skip

    async def audit(self, _: Journal) -> list[str]:
        services = self.stack.services
        reports = [await verify(services.pool, chain) for chain in await list_chains(services.sessions)]
        return [report.sentence for report in reports if report.fault is not None]

    async def tenants(self, _: Journal) -> list[str]:
        now = await fingerprints(self.superuser, self.fashion)
        return [
            f"rows of other merchants in {table} changed" for table, rows in now.items() if self.others[table] != rows
        ]

    async def processes(self, _: Journal) -> list[str]:
        return [death for program in self.stack.programs for death in program.deaths]


async def fingerprints(superuser: asyncpg.Pool, fashion: UUID) -> dict[str, str]:
    """By table, of what is not the merchant's."""
    query = "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t WHERE merchant_id <> $1"
    return {table: await superuser.fetchval(query.format(table), fashion) for table in THEIRS}
