"""What merchants and stores both have."""

from typing import Annotated

from msgspec import Meta

from backend.core.schemas import ONE_LINE

Label = Annotated[str, Meta(max_length=100, pattern=ONE_LINE)]
TimeZone = Annotated[
    str, Meta(max_length=64, examples=["Europe/Luxembourg"], description="IANA time zone in which days begin and end.")
]
Country = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z]{2}$(?!\n)",
        examples=["LU"],
        description="ISO 3166 code of the country whose prefix is assumed for phone numbers without one.",
    ),
]
