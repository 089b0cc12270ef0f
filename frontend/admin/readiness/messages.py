"""Texts of the readiness page that depend on a value."""

from collections.abc import Sequence
from itertools import groupby

from backend.operations.readiness.schemas import ReadinessBoard, ReadinessRow
from i18n.formatting import get_formatter
from i18n.translator import N_, NN_, PN_, get_translator

STATES = {
    # NOTE: verb: until this is fixed, the platform or the merchant cannot go live
    "blocks": (PN_("state of a check", "Blocks"), "bad", "ban"),
    "unknown": (N_("Not known"), "info", "clock"),
    "warning": (N_("Needs attention"), "warn", "alert-triangle"),
    "ok": (N_("In order"), "ok", "check-circle"),
}
"""Text, kind and icon, the worst first."""
VERDICTS = {
    "blocks": NN_("%(count)s thing blocks.", "%(count)s things block."),
    "unknown": NN_("%(count)s check did not end.", "%(count)s checks did not end."),
    "warning": NN_("%(count)s thing needs attention.", "%(count)s things need attention."),
}
ALL_RIGHT = N_("Everything is in order.")
GROUPS = {
    # NOTE: noun: what is checked about PostgreSQL
    "database": PN_("group of checks", "Database"),
    "work": N_("Background work"),
    # NOTE: plural: whether they can be sent
    "mail": PN_("group of checks", "Emails"),
    # NOTE: plural: Google Wallet and Apple Wallet
    "wallets": PN_("group of checks", "Wallets"),
    # NOTE: noun: its people and its translations
    "platform": PN_("group of checks", "Platform"),
    # NOTE: plural: what waits for them
    "merchants": PN_("group of checks", "Merchants"),
    "tasks": N_("Timed tasks"),
    # NOTE: noun: program, rewards and stores of the merchant
    "program": PN_("group of checks", "Program"),
    # NOTE: noun: the people of the merchant
    "staff": PN_("group of checks", "Staff"),
    # NOTE: noun: the daily use, such as webhooks and reviews
    "operation": PN_("group of checks", "Operation"),
}
Badge = tuple[str, str, str]
"""Text, kind, icon."""


class ReadinessMessages:
    def __init__(self, language: str) -> None:
        self._translator, self._format = get_translator(language), get_formatter(language)

    def badge(self, state: str) -> Badge:
        text, kind, icon = STATES.get(state, STATES["unknown"])
        return self._translator.gettext(text), kind, icon

    def group(self, name: str) -> str:
        return self._translator.gettext(GROUPS[name]) if name in GROUPS else name

    def verdicts(self, board: ReadinessBoard) -> list[tuple[str, str]]:
        """Kind and sentence of each state that some row has, the worst first."""
        told = []
        for state, (_, kind, _icon) in STATES.items():
            count = sum(row.state == state for row in board.rows)
            if state in VERDICTS and count:
                number = self._format.number(count)
                told.append((kind, self._translator.ngettext(*VERDICTS[state], count, count=number)))
        return told or [("ok", self._translator.gettext(ALL_RIGHT))]


def to_do(board: ReadinessBoard) -> list[ReadinessRow]:
    """What is not in order, the worst first."""
    order = list(STATES)
    rows = [row for row in board.rows if row.state != "ok"]
    return sorted(rows, key=lambda row: order.index(row.state) if row.state in order else 0)


def in_order(board: ReadinessBoard) -> Sequence[tuple[str, list[ReadinessRow]]]:
    """By group."""
    rows = [row for row in board.rows if row.state == "ok"]
    return [(group, list(own)) for group, own in groupby(rows, key=lambda row: row.group)]
