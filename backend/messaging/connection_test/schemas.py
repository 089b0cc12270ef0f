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
    """What to test, and who receives the test email."""

    values: dict[str, Annotated[str, Meta(max_length=VALUE_MAX)] | int | bool] = {}
    """Email settings to try by key, beside those in force. Stored secrets are used only for the server for which they
    were stored."""
    recipient: Annotated[str, Meta(max_length=254)] | None = None
    """Receives the test email. Null: your own address."""


class PortAnswer(Answer):
    """Another port of the same host that was tried and answered."""

    port: int
    """Number of the port."""
    security: MailSecurity
    """`tls`: TLS from the first byte. `starttls`: TLS after STARTTLS. `none`: no TLS."""
    milliseconds: int
    """How long the port took to answer, in milliseconds."""


class StepFacts(Answer):
    """What a step has found. Members that do not apply are empty or null."""

    addresses: list[str] = []
    """All IP addresses of the host."""
    address: str | None = None
    """The IP address that was connected to."""
    neighbors: list[PortAnswer] = []
    """Other ports of the host that answered."""
    protocol: str | None = None
    """Version of TLS, such as `TLSv1.3`."""
    certificate_names: list[str] = []
    """Host names for which the certificate is valid."""
    certificate_issuer: str | None = None
    """Name of the certificate's issuer."""
    certificate_expires_at: datetime | None = None
    """When the certificate expires (UTC)."""
    certificate_days_left: int | None = None
    """Days until the certificate expires. Negative after that."""
    greeting: str | None = None
    """First line that the server sent."""
    capabilities: list[str] = []
    """The server's answer to EHLO."""
    reply: str | None = None
    """The server's answer that decided the step."""
    message_id: str | None = None
    """`Message-ID` of the test email."""


class ConnectionTestStep(Answer, tag_field="type", tag="step"):
    """One step of the test, sent when it has ended."""

    name: StepName
    """`DNS`, `TCP`, `TLS`, `AUTH` or `SEND`, in this order."""
    outcome: StepOutcome
    """`ok`, `failed`, or `skipped` after a step that failed or because it does not apply."""
    code: str
    """Stable code: `ok`, `skipped`, or what has failed, such as `tcp_timeout`."""
    sentence: str
    """What happened, as one sentence in the reader's language."""
    milliseconds: int | None
    """How long the step took, in milliseconds. Null when it was skipped."""
    facts: StepFacts
    """What the step has found."""


class ConnectionTestVerdict(Answer, tag_field="type", tag="verdict"):
    """The last line: the result of the whole test."""

    is_ok: bool
    """True when no step has failed."""
    code: str
    """Stable code: `ok`, `console`, or the code of the step that failed."""
    failed_step: StepName | None
    """The step that failed. Null when none did."""
    sentence: str
    """What happened and what to do about it, in the reader's language."""
    suggestion: dict[str, SettingValue]
    """Settings to change, by key. Empty when the test knows none."""


ConnectionTestLine = ConnectionTestStep | ConnectionTestVerdict


class LastConnectionTest(Answer):
    """The newest finished test."""

    is_ok: bool
    """True when no step had failed."""
    code: str
    """Stable code: `ok`, `console`, or the code of the step that failed."""
    sentence: str
    """What happened and what to do about it, in the reader's language."""
    host: str
    """Host that was tested."""
    port: int | None
    """Port that was tested. Null for a provider without one."""
    tested_at: datetime
    """When the test ended (UTC)."""
    tested_by: str | None
    """Name of the person who started it. Null for the command line."""


class LastConnectionTests(Answer):
    """The newest finished test, when there is one."""

    last: LastConnectionTest | None
    """The newest finished test. Null before the first one."""
