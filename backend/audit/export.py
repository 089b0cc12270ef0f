"""Entries as CSV, streamed, for spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

from backend.audit.schemas import AuditChange, AuditEntryView
from backend.audit.words import NO, YES
from i18n.translator import N_, PN_, get_translator

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for an older encoding."""
FORMULAS = tuple("=+-@\t\r\n\0＝＋－＠")
"""What a spreadsheet would calculate, or send to a server, when a cell begins with it. Full widths, too."""
HEADER = (
    # NOTE: noun: of the entry in the chain
    PN_("column of the audit", "Number"),
    N_("Time (UTC)"),
    PN_("column of the audit", "What"),
    PN_("column of the audit", "Subject"),
    # NOTE: noun: of the thing that was changed
    PN_("column of the audit", "Name"),
    PN_("column of the audit", "Person"),
    N_("For the merchant"),
    PN_("column of the audit", "Reason"),
    # NOTE: noun: what of the thing was changed
    PN_("column of the audit", "Field"),
    # NOTE: the value that was replaced
    PN_("column of the audit", "Before"),
    # NOTE: the value that has replaced it
    PN_("column of the audit", "After"),
    PN_("column of the audit", "Session"),
    PN_("column of the audit", "Device"),
    PN_("column of the audit", "Request"),
    PN_("column of the audit", "Digest"),
)


async def export_csv(entries: AsyncIterator[AuditEntryView], language: str) -> AsyncIterator[bytes]:
    """A row for each field that changed. In languages with a decimal comma, cells are separated by semicolons."""
    say = get_translator(language).gettext
    delimiter = "," if language.startswith("en") else ";"
    yield BYTE_ORDER_MARK.encode() + _line([say(title) for title in HEADER], delimiter)
    async for view in entries:
        acted_for = say(YES if view.on_behalf else NO)
        for change in view.changes:
            yield _line(_cells(view, change, acted_for), delimiter)


def _cells(entry: AuditEntryView, change: AuditChange, acted_for: str) -> list[object]:
    return [
        entry.seq,
        entry.recorded_at.strftime("%Y-%m-%d %H:%M:%S"),
        entry.title,
        entry.subject,
        entry.subject_name,
        entry.user_name,
        acted_for,
        entry.reason,
        change.label,
        change.before,
        change.after,
        entry.sign_in_id,
        entry.device_id,
        entry.request_id,
        entry.digest,
    ]


def _line(cells: Sequence[object], delimiter: str) -> bytes:
    line = io.StringIO()
    # All are quoted: a spreadsheet may separate cells by another sign than the file does.
    csv.writer(line, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(_safe(cell) for cell in cells)
    return line.getvalue().encode()


def _safe(cell: object) -> str:
    """The apostrophe makes a spreadsheet show the text as it is."""
    shown = "" if cell is None else str(cell)
    return f"'{shown}" if shown.lstrip().startswith(FORMULAS) or shown.startswith(FORMULAS) else shown
