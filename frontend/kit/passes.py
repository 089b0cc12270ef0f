"""A wallet pass as a phone shows it, built from plain values and drawn by `components/pass.html`.

Used for a program in the editor, for a customer's card and for the passes on the sandbox's phones.
"""

import unicodedata
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from frontend.kit.brand_color import ACCENT, COLOR, WHITE, readable_on
from frontend.kit.stamps import Strip, apple_strip, google_strip
from frontend.kit.templates import in_groups
from i18n.formatting import get_formatter
from i18n.translator import get_translator

Wallet = Literal["google", "apple"]
WALLET_NAMES: dict[Wallet, str] = {"google": "Google Wallet", "apple": "Apple Wallet"}


class Fact(NamedTuple):
    label: str
    value: str


class PassFace(msgspec.Struct, frozen=True, kw_only=True):
    wallet: Wallet
    issuer: str
    title: str
    color: str
    """#RRGGBB; any other value is drawn in the platform's color."""
    figures: list[Fact]
    """Apple: top right. Google: the row of balances."""
    main: Fact | None = None
    """Apple: large on the strip."""
    details: list[Fact] = []
    """Apple: below the strip."""
    more: list[Fact] = []
    """What the wallet shows below the card or on its back."""
    strip: Strip | None = None
    strip_image: str | None = None
    """A `data:` URL of the real image, drawn instead of `strip`. The same holds for `logo_image`."""
    logo_image: str | None = None
    code: str | None = None
    is_over: bool = False

    @property
    def ground(self) -> str:
        match = COLOR.fullmatch(self.color)
        return f"#{match[1].lower() if match else ACCENT}"

    @property
    def ink(self) -> str:
        return f"#{readable_on(self.ground[1:])}"

    @property
    def is_ink_white(self) -> bool:
        return self.ink == f"#{WHITE}"

    @property
    def initial(self) -> str:
        """The first letter or digit of the merchant, without accents; shown when there is no logo."""
        plain = unicodedata.normalize("NFKD", self.issuer).upper()
        return next((letter for letter in plain if letter.isalnum()), "")

    def sentence(self, language: str) -> str:
        """The text alternative of the whole pass, for screen readers."""
        _ = get_translator(language).gettext
        facts = [fact for fact in (self.main, *self.figures, *self.details, *self.more) if fact is not None]
        parts = [_("%(label)s: %(value)s", label=fact.label, value=fact.value) for fact in facts]
        if self.code:
            parts.append(_("Card code: %(code)s", code=in_groups(self.code)))
        if self.is_over:
            parts.append(_("This pass is no longer valid."))
        card = self.title if self.issuer in self.title else f"{self.issuer}, {self.title}"
        pass_in = _("%(card)s in %(wallet)s", card=card, wallet=self.name)
        return ". ".join([pass_in, *(part.rstrip(".") for part in parts)]) + "."

    @property
    def name(self) -> str:
        return WALLET_NAMES[self.wallet]


class PassValues(msgspec.Struct, frozen=True, kw_only=True):
    """The card values that a pass shows."""

    merchant: str
    card_name: str
    color: str
    type: str
    """stamps | points | hybrid"""
    points: int = 0
    stamp_count: int = 0
    stamps_target: int = 0
    stamp_reward: str = ""
    reward: str = ""
    """The next reward to redeem for points."""
    missing_points: int = 0
    customer: str = ""
    code: str | None = None
    expires_at: datetime | None = None
    expiring_points: int = 0
    is_over: bool = False


def faces_of(values: PassValues, language: str) -> list[PassFace]:
    """The faces for Google Wallet and Apple Wallet."""
    facts = _Facts(values, language)
    return [_google_face(values, facts), _apple_face(values, facts)]


class _Facts:
    """The texts of a pass in one language."""

    def __init__(self, values: PassValues, language: str) -> None:
        self.values = values
        translator = get_translator(language)
        self.gettext, self.ngettext, self.pgettext = translator.gettext, translator.ngettext, translator.pgettext
        self.format = get_formatter(language)

    @property
    def points(self) -> Fact:
        return Fact(self.pgettext("label on a wallet pass", "Points"), self.format.points(self.values.points))

    @property
    def stamps(self) -> Fact:
        count, target = self.format.number(self.values.stamp_count), self.format.number(self.values.stamps_target)
        return Fact(self.pgettext("label on a wallet pass", "Stamps"), f"{count}/{target}")

    @property
    def stamp_count(self) -> Fact:
        return Fact(self.pgettext("label on a wallet pass", "Stamps"), self.format.number(self.values.stamp_count))

    @property
    def to_go(self) -> Fact:
        values = self.values
        missing = values.missing_points if values.type == "points" else values.stamps_target - values.stamp_count
        return Fact(self.pgettext("label on a wallet pass", "To go"), self.format.points(max(0, missing)))

    @property
    def reward(self) -> list[Fact]:
        named = self.values.reward if self.values.type == "points" else self.values.stamp_reward
        return [Fact(self.gettext("Next reward"), named)] if named else []

    @property
    def customer(self) -> list[Fact]:
        name = self.values.customer
        return [Fact(self.pgettext("label on a wallet pass", "Customer"), name)] if name else []

    @property
    def expiry(self) -> list[Fact]:
        values = self.values
        if values.expires_at is None or not values.expiring_points:
            return []
        # Points expire at the end of a day, which is stored as the first instant of the next day.
        last_day = self.format.date(values.expires_at - timedelta(microseconds=1))
        points = self.format.points(values.expiring_points)
        text = self.ngettext(
            "%(points)s point until %(date)s",
            "%(points)s points until %(date)s",
            values.expiring_points,
            points=points,
            date=last_day,
        )
        return [Fact(self.pgettext("label on a wallet pass", "Expiry"), text)]


def _google_face(values: PassValues, facts: _Facts) -> PassFace:
    has_points, has_stamps = values.type != "stamps", values.type != "points"
    return PassFace(
        wallet="google",
        issuer=values.merchant,
        title=values.card_name,
        color=values.color,
        figures=[*([facts.points] if has_points else []), *([facts.stamp_count] if has_stamps else [])],
        more=[*facts.customer, *facts.reward, *facts.expiry],
        strip=google_strip(values.stamp_count, values.stamps_target) if has_stamps else None,
        code=values.code,
        is_over=values.is_over,
    )


def _apple_face(values: PassValues, facts: _Facts) -> PassFace:
    has_stamps = values.type != "points"
    return PassFace(
        wallet="apple",
        issuer=values.merchant,
        title=values.card_name,
        color=values.color,
        figures=[facts.points if values.type == "hybrid" else facts.to_go],
        main=facts.stamps if has_stamps else facts.points,
        details=[*facts.reward, *facts.customer],
        more=facts.expiry,
        strip=apple_strip(values.stamp_count, values.stamps_target if has_stamps else 0),
        code=values.code,
        is_over=values.is_over,
    )
