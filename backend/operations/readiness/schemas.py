from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from backend.core.schemas import Answer

RowState = Literal["ok", "warning", "blocks", "unknown"]


class ReadinessRow(Answer):
    """One thing that has to be right, and whether it is."""

    name: Annotated[str, Meta(examples=["migrations"])]
    """Name of the check."""
    group: Annotated[str, Meta(examples=["database"])]
    """What it belongs to."""
    title: Annotated[str, Meta(examples=["Migrations"])]
    """What is looked at, in the reader’s language."""
    state: RowState
    """`ok`, `warning` (look at it soon), `blocks` (customers or staff are affected, or soon will be) or `unknown` (the
    check did not end)."""
    evidence: Annotated[str, Meta(examples=["The database is at the revision that this version of Orion expects."])]
    """What was found, in one sentence."""
    at: datetime | None
    """When what the evidence says has happened (UTC). Null when it is of this moment."""
    details: list[str]
    """Names and figures behind the evidence."""
    next_step: Annotated[str, Meta(examples=["Bring the database up to date."])]
    """What to do. Empty when nothing has to be done."""
    command: Annotated[str, Meta(examples=["orion migrate up"])]
    """What to type at the command line. Empty when no command helps."""
    page: Annotated[str, Meta(examples=["/admin/wallets"])]
    """Path of the page that shows more. Empty when there is none."""
    runbook: Annotated[str, Meta(examples=["docs/runbooks/email.md"])]
    """Path of the runbook, below the source code. Empty when there is none."""


class ReadinessBoard(Answer):
    """The platform, or one merchant: every check with what it has found."""

    merchant_code: Annotated[str | None, Meta(examples=["fashion-group"])]
    """Code of the merchant. Null: the platform."""
    merchant_name: str | None
    """Name of the merchant. Null: the platform."""
    checked_at: datetime
    """When the checks ran (UTC)."""
    state: RowState
    """The worst state of all rows; `unknown` is worse than `warning`."""
    rows: list[ReadinessRow]
    """The checks, in the order of their groups."""
