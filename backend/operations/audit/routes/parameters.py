"""What a request for entries may ask for."""

from datetime import date
from typing import Annotated, Any, cast
from uuid import UUID

from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from backend.core.paging import PageOrder
from backend.operations.audit.reading import AuditAsked

PRINTABLE = r"^[^\x00-\x1f\x7f]*$(?!\n)"
CSV = "text/csv"
CSV_ANSWER = ResponseSpec(
    cast("type[Any]", str), media_type=CSV, generate_examples=False, description="UTF-8 with a byte order mark"
)

RecordedFrom = Annotated[
    date | None, QueryParameter(name="from", description="First day; of a merchant in its time zone, otherwise in UTC.")
]
RecordedUntil = Annotated[
    date | None, QueryParameter(name="until", description="Last day; of a merchant in its time zone, otherwise in UTC.")
]
ByPerson = Annotated[UUID | None, QueryParameter(name="user", description="Id of the person who did it.")]
WithAction = Annotated[
    str | None,
    QueryParameter(
        name="action", max_length=100, pattern=PRINTABLE, description="Code of the action, such as `reward.changed`."
    ),
]
AboutSubject = Annotated[
    str | None,
    QueryParameter(
        name="subject", max_length=100, pattern=PRINTABLE, description="What was changed, as `subject` of an entry."
    ),
]
OfMerchant = Annotated[
    str | None,
    QueryParameter(
        name="merchant",
        max_length=40,
        pattern=PRINTABLE,
        description="Code of a merchant. Without it: the platform's own entries.",
    ),
]


def provide_asked(
    first_day: RecordedFrom = None,
    last_day: RecordedUntil = None,
    user_id: ByPerson = None,
    action: WithAction = None,
    subject: AboutSubject = None,
    *,
    order: PageOrder = "newest",
) -> AuditAsked:
    return AuditAsked(first_day, last_day, user_id, action, subject, order == "oldest")


def attachment(name: str) -> dict[str, str]:
    """The header of a file. `name`: ASCII."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
