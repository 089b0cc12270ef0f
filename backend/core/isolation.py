"""The last net under every query's merchant: row-level security and the rights of the application's role."""

import asyncpg
from sqlalchemy.exc import DBAPIError

from backend.core.metrics import TENANT_VIOLATIONS


def note_violation(error: Exception) -> None:
    """Counts an error by which the database has refused a row or a statement. It is an alarm: the code is wrong."""
    reason = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(reason, asyncpg.InsufficientPrivilegeError):
        TENANT_VIOLATIONS.inc()
