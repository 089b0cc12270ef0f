"""py-pkpass' model of a pass, extended so that phones accept it: see `PassField` and `validate`."""

import re
from typing import Any

import msgspec
from py_pkpass.models import Field, Pass, StoreCard

from backend.core.colors import Color
from backend.wallets.apple.archive import ZipEntry
from backend.wallets.apple.assets import Asset, sha1

PassContent = dict[str, Any]

TOKEN_LENGTH_MIN = 16
PLACES = {"headerFields": 3, "primaryFields": 1, "secondaryFields": 4, "auxiliaryFields": 4, "backFields": 40}
"""How many fields of a store card a phone shows. It drops the others silently."""
SECOND_ROWS_MAX = 4
"""Of secondary and auxiliary fields together."""
RGB = re.compile(r"rgb\(\d{1,3}, \d{1,3}, \d{1,3}\)")
ASSET = re.compile(r"(icon|logo|strip)(@[23]x)?\.png|[a-z]{2}\.lproj/pass\.strings")


class InvalidPass(Exception):
    """Phones would refuse the pass or show it wrong. This is a mistake of ours."""


class PassField(Field):  # type: ignore[misc]
    """Leaves out alignment and change message by default: the library's empty ones make a pass invalid."""

    def __init__(self, key: str, value: str | int, label: str = "", *, change_message: str = "") -> None:
        self.key, self.value = key, value
        if label:
            self.label = label
        if change_message:
            self.changeMessage = change_message


class LoyaltyPass(Pass):  # type: ignore[misc]
    """A card's pass. Built once only, because the library keeps the hashes of the first build."""

    passInformation: StoreCard  # noqa: N815 - the library's name

    def __init__(self) -> None:
        super().__init__(StoreCard())
        self.suppressStripShine = True
        self.sharingProhibited = True
        self.texts: dict[str, str] = {}
        """The card's texts by field: see `card_texts`."""
        self._code: dict[str, str] | None = None
        self._assets: dict[str, Asset] = {}

    def set_colors(self, ground: Color, ink: Color) -> None:
        self.backgroundColor, self.foregroundColor, self.labelColor = ground.css, ink.css, ink.css

    def set_barcode(self, message: str, text: str) -> None:
        qr = {"format": "PKBarcodeFormatQR", "message": message, "messageEncoding": "iso-8859-1", "altText": text}
        self._code = qr

    def add_assets(self, assets: list[Asset]) -> None:
        self._assets |= {asset.name: asset for asset in assets}

    def json_dict(self) -> PassContent:
        """Adds the list of barcodes, which newer phones need and the library leaves out."""
        content: PassContent = super().json_dict()
        return content | ({"barcode": self._code, "barcodes": [self._code]} if self._code else {})

    def content(self) -> bytes:
        """`pass.json`: UTF-8 without a byte order mark, equal bytes for equal passes."""
        return _encoded(self.json_dict())

    def manifest(self, content: bytes) -> bytes:
        hashes = {asset.name: asset.sha1 for asset in self._assets.values()}
        return _encoded({"pass.json": sha1(content)} | hashes)

    def entries(self, content: bytes, manifest: bytes, signature: bytes) -> list[ZipEntry]:
        generated = {"pass.json": content, "manifest.json": manifest, "signature": signature}
        return [
            *(ZipEntry.of(name, body) for name, body in generated.items()),
            *(a.entry for a in self._assets.values()),
        ]

    def validate(self, *, is_development: bool) -> None:
        """Raises InvalidPass."""
        for name in ("description", "organizationName", "passTypeIdentifier", "serialNumber", "teamIdentifier"):
            _require(getattr(self, name), f"{name} is missing")
        for name in ("backgroundColor", "foregroundColor", "labelColor"):
            _require(RGB.fullmatch(getattr(self, name)), f"{name} is not rgb(r, g, b)")
        _check_service(self.webServiceURL, self.authenticationToken, is_development=is_development)
        _check_fields(self.passInformation)
        _require("icon.png" in self._assets, "icon.png is missing")
        for name in self._assets:
            _require(ASSET.fullmatch(name), f"{name} is not a file of a store card")


def _encoded(content: PassContent) -> bytes:
    """NaN cannot occur: fields are text or whole numbers."""
    return msgspec.json.encode(content)


def _check_service(url: str, token: str, *, is_development: bool) -> None:
    _require(url.startswith("https://") or is_development, "webServiceURL is not https")
    _require(not url.rstrip("/").endswith("/v1"), "webServiceURL ends in /v1, which the phone adds itself")
    _require(len(token) >= TOKEN_LENGTH_MIN, "authenticationToken is too short")


def _check_fields(card: StoreCard) -> None:
    fields_at = {place: getattr(card, place) for place in PLACES}
    for place, places_max in PLACES.items():
        _require(len(fields_at[place]) <= places_max, f"{place} holds more than a phone shows")
    second_rows = len(fields_at["secondaryFields"]) + len(fields_at["auxiliaryFields"])
    _require(second_rows <= SECOND_ROWS_MAX, "secondary and auxiliary fields are more than a phone shows")
    fields = [field for placed in fields_at.values() for field in placed]
    _require(len({field.key for field in fields}) == len(fields), "two fields have the same key")
    for field in fields:
        _require(isinstance(field.value, str | int), f"{field.key} is neither text nor a whole number")
    speaking = [field.changeMessage for field in fields if hasattr(field, "changeMessage")]
    _require(len(speaking) <= 1, "two fields have a changeMessage, and the phone would show neither")
    _require(all(message.count("%@") == 1 for message in speaking), "a changeMessage shows the value once")


def _require(condition: object, message: str) -> None:
    if not condition:
        raise InvalidPass(message)
