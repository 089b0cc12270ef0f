"""The fake phones' passes, for the page that draws them."""

from uuid import UUID

from backend.core.schemas import Answer, Body


class SandboxCard(Answer):
    """A card that the developer can choose."""

    id: UUID
    token: str
    """Grants access to the card's page."""
    name: str
    merchant: str


class SandboxCards(Answer):
    cards: list[SandboxCard]


class ShownFact(Answer):
    label: str
    value: str


class ShownPass(Answer):
    """A pass as the phone shows it."""

    issuer: str
    title: str
    color: str
    figures: list[ShownFact]
    main: ShownFact | None
    details: list[ShownFact]
    more: list[ShownFact]
    customer: str | None
    """Set when the wallet shows the customer's name in a field of its own."""
    strip_image: str | None
    """A `data:` URL, like `logo_image`."""
    logo_image: str | None
    code: str | None
    is_over: bool
    messages: list[str]
    """Messages of the lock screen, newest last."""


class ShownPhones(Answer):
    google: ShownPass | None
    """None: the pass was not added to this phone."""
    apple: ShownPass | None
    troubles: list[str]
    """Recent errors of a phone, of Google or of callbacks."""


class Tap(Body):
    """The holder taps the button with this link."""

    url: str
