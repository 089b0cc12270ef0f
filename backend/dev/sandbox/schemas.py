"""What the sandbox's phones show, for the page that draws them."""

from uuid import UUID

from backend.core.schemas import Answer, Body


class SandboxCard(Answer):
    """Somebody's card, to choose from."""

    id: UUID
    token: str
    """Of its page: the right to see it."""
    name: str
    merchant: str


class SandboxCards(Answer):
    cards: list[SandboxCard]


class ShownFact(Answer):
    label: str
    value: str


class ShownPass(Answer):
    """A pass as the phone has it, read back from the phone's side."""

    issuer: str
    title: str
    color: str
    figures: list[ShownFact]
    main: ShownFact | None
    details: list[ShownFact]
    more: list[ShownFact]
    customer: str | None
    """Where the wallet has a place of its own for the name."""
    strip_image: str | None
    """A `data:` address, as is `logo_image`."""
    logo_image: str | None
    code: str | None
    is_over: bool
    messages: list[str]
    """What the lock screen has said, newest last."""


class ShownPhones(Answer):
    google: ShownPass | None
    """None: it was not added to this phone."""
    apple: ShownPass | None
    troubles: list[str]
    """What a phone or Google has refused lately."""


class Tap(Body):
    """The holder has tapped the button that leads there."""

    url: str
