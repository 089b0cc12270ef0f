"""Mails as the API shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg

from backend.messaging.faults import FAULTS, FaultKind
from backend.messaging.history import read_history
from backend.messaging.models import MailRow
from backend.messaging.resend import can_be_resent
from backend.messaging.schemas import EmailDetail, EmailEvent, EmailSummary
from backend.messaging.templates.catalog import TEMPLATES
from i18n.translator import get_translator

COMPUTED = {
    "template_name",
    "problem",
    "merchant_code",
    "merchant_name",
    "advice",
    "history",
    "is_redacted",
    "can_be_resent",
    "next_attempt_at",
}


def summary_view(row: Mapping[str, Any] | asyncpg.Record, language: str) -> EmailSummary:
    """`row`: of the SQL function `mail_list`."""
    return EmailSummary(
        **row,
        template_name=template_name(row["template_code"], language),
        problem=sentence_of(row["error_code"], language),
    )


def detail_view(mail: MailRow, merchant: tuple[str, str] | None, language: str, now: datetime) -> EmailDetail:
    """`merchant`: code and name."""
    code, name = merchant or (None, None)
    stored: dict[str, Any] = {
        field: getattr(mail, field) for field in EmailDetail.__struct_fields__ if field not in COMPUTED
    }
    fault = FAULTS.get(mail.error_code or "")
    is_for_us = fault is not None and (fault.kind is not FaultKind.UNKNOWN or can_be_resent(mail, now))
    return EmailDetail(
        **stored,
        template_name=template_name(mail.template_code, language),
        merchant_code=code,
        merchant_name=name,
        problem=sentence_of(mail.error_code, language),
        advice=get_translator(language).gettext(fault.advice) if fault and fault.advice and is_for_us else None,
        history=[
            EmailEvent(
                at=event.at,
                outcome=event.outcome,
                code=event.code,
                problem=sentence_of(event.code, language),
                reply=event.reply,
            )
            for event in read_history(mail.history)
        ],
        is_redacted=mail.redacted_at is not None,
        can_be_resent=can_be_resent(mail, now),
        next_attempt_at=mail.available_at if mail.status == "queued" else None,
    )


def template_name(code: str, language: str) -> str:
    """The code itself for a template that Orion no longer has."""
    return get_translator(language).gettext(TEMPLATES[code].name) if code in TEMPLATES else code


def sentence_of(code: str | None, language: str) -> str | None:
    fault = FAULTS.get(code or "")
    return get_translator(language).gettext(fault.sentence) if fault else None
