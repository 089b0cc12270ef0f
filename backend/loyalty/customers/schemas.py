from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.addresses import can_be_mailed
from backend.core.languages import Language, LanguageName
from backend.core.letters import BLANK_LETTERS, LETTER
from backend.core.schemas import Answer, Body
from backend.core.text_cleaning import BLANKS, DASHES, clean_email, clean_phone

INVISIBLE = r"\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""Control characters, ends of lines, and marks that turn the direction of what follows."""
MARKS = r"\u00ad\u034f\u180e\u200c\u200d\ufe00-\ufe0f"
"""Nobody sees these either: they are taken out, and are no part of an address."""
# A quotation mark is written as its number: generated Python clients put patterns between quotation marks.
ATOM = rf"[^\s{INVISIBLE}{MARKS}@.()<>\[\]:;,?\\\x22][{MARKS}]*"
# What a mail can be sent to, without the comments and quotes that nobody's address has.
LOCAL, DOMAIN = rf"({ATOM})+(\.({ATOM})+)*", rf"({ATOM}){{1,63}}(\.({ATOM}){{1,63}})+"
ADDRESS = rf"\s*([mM][aA][iI][lL][tT][oO]:)?\s*[{MARKS}]*{LOCAL}@{DOMAIN}\s*"
EMAIL_MAX = 254
SHOWN = rf"[^{INVISIBLE}]*[^\s{INVISIBLE}{MARKS}{BLANK_LETTERS}][^{INVISIBLE}]*"
"""A line of text of which something can be seen."""
Email = Annotated[
    str,
    Meta(
        max_length=EMAIL_MAX,
        # Alone, or as mail programs copy it, behind a name.
        pattern=rf"^({ADDRESS}|[^<>{INVISIBLE}]*<{ADDRESS}>\s*)$(?!\n)",
        extra={"format": "email"},
        examples=["marie.weber@example.com"],
    ),
]
PersonName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        # Emails contain it: a name like a web address would make them advertisements.
        pattern=rf"^(?!.*(://|[wW]{{3}}\.)){SHOWN}$(?!\n)",
        extra={"format": "name"},
        examples=["Marie"],
    ),
]
DIGITS = "0-9٠-٩۰-۹०-९０-９"
DOT = "[.․．。｡]"
"""Also those that browsers take for one."""
NO_PUBLIC_NAME = rf"[@/\\]|[wW]{{3}}{DOT}|(_|{LETTER}){DOT}[a-z]{{2}}|([{DIGITS}].*){{4}}"
"""The address of a site or a mailbox, or the number of a phone."""
PublicName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        # It is written into mails, and nobody knows who has typed it.
        pattern=rf"^(?!.*({NO_PUBLIC_NAME})){SHOWN}$(?!\n)",
        extra={"format": "name"},
        examples=["Marie"],
    ),
]
AROUND = r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""A phone's contacts put these around a number, so that it is read from the left in every text."""
Phone = Annotated[
    str,
    Meta(
        pattern=rf"^[{BLANKS}{AROUND}]*([tT][eE][lL]:)?[{BLANKS}{AROUND}]*\+?"
        rf"(?=([^0-9]*[0-9]){{5}})[{DASHES}0-9{BLANKS}()./]{{5,25}}[{AROUND}]*$(?!\n)",
        extra={"format": "phone"},
        examples=["+352 621 123 456"],
    ),
]


class Person(Body):
    """What a customer tells about themself."""

    email: Email
    """Address of the customer. Spaces around it and a name before it are removed."""
    first_name: PersonName | None = None
    """First name. Null: not given."""
    last_name: PersonName | None = None
    """Last name. Null: not given."""
    phone: Phone | None = None
    """Phone number, also without a country code. Null: not given."""
    birth_date: date | None = None
    """Date of birth, for birthday emails. Null: not given."""
    language: Language | None = None
    """Language of the customer's pages, emails and passes. Null: the store's or, from the join page, that of the
    request."""
    accept_marketing: bool = False
    """True: consents to birthday emails and the like. False leaves an earlier consent as it is."""

    def __post_init__(self) -> None:
        self.email = clean_email(self.email)
        if not can_be_mailed(self.email):
            # With its place, as msgspec tells those of its own checks.
            raise ValueError("No mail can be sent to this address - at `$.email`")
        self.first_name = self.first_name and self.first_name.strip()
        self.last_name = self.last_name and self.last_name.strip()
        self.phone = self.phone and clean_phone(self.phone)


class HolderView(Answer):
    """The name on the card, as shown to everybody who has its address."""

    name: str
    """First and last name as given; without a name the part of the email before the @."""
    language: LanguageName
    """Language of the customer's pages, emails and passes."""


class CustomerView(HolderView):
    """The customer of a card, as staff see them."""

    id: UUID
    """Id of the customer."""
    first_name: str | None
    """First name. Null: not given."""
    last_name: str | None
    """Last name. Null: not given."""
    email: str
    """Address of the customer."""
    phone: str | None
    """Phone number as given, with plain spaces and hyphens. Null: not given."""
    birth_date: date | None
    """Date of birth. Null: not given."""
    is_test: bool = False
    """True for a test customer: left out of figures and marketing emails, and removed when test data are cleaned up."""


class TestMark(Body):
    """Whether a customer is a test customer."""

    is_test: bool
    """True: the customer is there for trying out. False: a real customer."""


class ListedCustomer(CustomerView, kw_only=True):
    """A customer in the list of a merchant's customers."""

    created_at: datetime
    """When the customer first enrolled (UTC)."""
