from datetime import datetime
from typing import Annotated, Literal, get_args

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.settings.schemas import VALUE_MAX, SettingValue

StepName = Literal["DNS", "TCP", "TLS", "AUTH", "SEND"]
STEP_NAMES: tuple[StepName, ...] = get_args(StepName)
StepOutcome = Literal["ok", "failed", "skipped"]
MailSecurity = Literal["tls", "starttls", "none"]
"""TLS from the first byte (465), STARTTLS (587), or no TLS."""


class ConnectionTestRequest(Body):
    values: dict[str, Annotated[str, Meta(max_length=VALUE_MAX)] | int | bool] = {}
    """Values of email settings to try instead of the effective ones, saved or not. The stored password and API key are
    used when none is given here and they would go to the server for which they were stored."""
    recipient: Annotated[str, Meta(max_length=254)] | None = None
    """Receives the test email; None: your own address."""


class PortAnswer(Answer):
    """A port of the same host that was tried beside the one in the settings, and answered."""

    port: int
    security: MailSecurity
    milliseconds: int


class StepFacts(Answer):
    """What a step has found; fields that do not apply are empty."""

    addresses: list[str] = []
    """All addresses of the host."""
    address: str | None = None
    """The one that was connected to."""
    neighbors: list[PortAnswer] = []
    protocol: str | None = None
    """Such as TLSv1.3."""
    certificate_names: list[str] = []
    certificate_issuer: str | None = None
    certificate_expires_at: datetime | None = None
    certificate_days_left: int | None = None
    """Negative after the expiry."""
    greeting: str | None = None
    capabilities: list[str] = []
    """The server's answer to EHLO."""
    reply: str | None = None
    """The server's answer that decided the step."""
    message_id: str | None = None


class ConnectionTestStep(Answer, tag_field="type", tag="step"):
    """One step, sent when it has ended."""

    name: StepName
    outcome: StepOutcome
    code: str
    """Stable: `ok`, `skipped`, or what has failed, such as `tcp_timeout`."""
    sentence: str
    milliseconds: int | None
    """None when the step was skipped."""
    facts: StepFacts


class ConnectionTestVerdict(Answer, tag_field="type", tag="verdict"):
    """The last line: the result of the whole test."""

    is_ok: bool
    code: str
    """Stable: `ok`, `console`, or the code of the step that failed."""
    failed_step: StepName | None
    sentence: str
    """What happened, and what to do about it."""
    suggestion: dict[str, SettingValue]
    """Settings to change, by key; empty when the test knows none."""


ConnectionTestLine = ConnectionTestStep | ConnectionTestVerdict


class LastConnectionTest(Answer):
    """The newest finished test."""

    is_ok: bool
    code: str
    sentence: str
    host: str
    port: int | None
    tested_at: datetime
    tested_by: str | None


class LastConnectionTests(Answer):
    last: LastConnectionTest | None
    """None before the first one."""
