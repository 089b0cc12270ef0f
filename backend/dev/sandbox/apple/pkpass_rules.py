"""The rules of pass.json, as an iPhone applies them."""

import re

from backend.dev.sandbox.json_object import JsonObject

REQUIRED = (
    "formatVersion",
    "passTypeIdentifier",
    "serialNumber",
    "teamIdentifier",
    "organizationName",
    "description",
    "storeCard",
)
COLOR = re.compile(r"rgb\((\d{1,3}), (\d{1,3}), (\d{1,3})\)")
COLORS = ("backgroundColor", "foregroundColor", "labelColor")
W3C_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
TOKEN_LENGTH_MIN = 16


class BrokenPass(Exception):
    """The phone only reports "invalid pass"; the text says why."""


def require(condition: object, fault: str) -> None:
    """Raises BrokenPass with the fault unless the condition is true."""
    if not condition:
        raise BrokenPass(fault)


def check_content(content: JsonObject, fields: list[JsonObject]) -> None:
    """`content`: pass.json. `fields`: the fields of all groups. Raises BrokenPass."""
    for name in REQUIRED:
        require(content.get(name), f"{name} is missing")
    require(content["formatVersion"] == 1, "formatVersion is not 1")
    for name in COLORS:
        color = COLOR.fullmatch(content.get(name, "rgb(0, 0, 0)"))
        require(color and all(int(channel) < 256 for channel in color.groups()), f"{name} is no color")  # noqa: PLR2004
    require(W3C_DATE.fullmatch(content.get("expirationDate", "2026-01-01T00:00Z")), "expirationDate is no W3C date")
    _check_service(content)
    _check_fields(fields)
    for code in content.get("barcodes", []):
        code["message"].encode(code["messageEncoding"])


def _check_service(content: JsonObject) -> None:
    url, token = content.get("webServiceURL"), content.get("authenticationToken")
    require(bool(url) == bool(token), "webServiceURL and authenticationToken come together or not at all")
    if url and token:
        require(not url.rstrip("/").endswith("/v1"), "webServiceURL ends in /v1")
        require(len(token) >= TOKEN_LENGTH_MIN, "authenticationToken is too short")


def _check_fields(fields: list[JsonObject]) -> None:
    keys = [field["key"] for field in fields]
    require(len(keys) == len(set(keys)), "two fields have the same key")
    for field in fields:
        require(isinstance(field["value"], str | int | float), f"{field['key']} has no value")
        require("%@" in field.get("changeMessage", "%@"), f"{field['key']} has a message without its value")
