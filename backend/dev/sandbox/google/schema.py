"""Google's published discovery document as JSON Schema, with the rules that are only in its documentation."""

import json
from functools import cache
from importlib.resources import files

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from backend.dev.sandbox.json_object import JsonObject

ID = r"^[0-9]+\.[A-Za-z0-9._-]+$"
MODULE_ID = r"^[A-Za-z0-9_-]+$"
ADDRESS = r"^[a-z][a-z0-9+.-]*:.+"
IMAGE_ADDRESS = r"^(https://|http://(127\.0\.0\.1|localhost)[:/]).+"
"""Public https, and loopback addresses for the sandbox."""
REQUIRED = {
    "LoyaltyClass": ["id", "issuerName", "programName", "programLogo", "reviewStatus"],
    "LoyaltyObject": ["id", "classId", "state"],
    "Barcode": ["type"],
    "LoyaltyPoints": ["balance"],
    "LocalizedString": ["defaultValue"],
    "TranslatedString": ["language", "value"],
    "Uri": ["uri"],
    "ImageUri": ["uri"],
}
RULES: dict[str, dict[str, JsonObject]] = {
    "LoyaltyClass": {
        "id": {"pattern": ID},
        "issuerName": {"minLength": 1},
        "programName": {"minLength": 1},
        "hexBackgroundColor": {"pattern": r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
        "reviewStatus": {"enum": ["DRAFT", "UNDER_REVIEW"]},
        "messages": {"maxItems": 10},
        "textModulesData": {"maxItems": 10},
        "merchantLocations": {"maxItems": 10},
    },
    "LoyaltyObject": {
        "id": {"pattern": ID},
        "classId": {"pattern": ID},
        "state": {"enum": ["ACTIVE", "COMPLETED", "EXPIRED", "INACTIVE"]},
        "messages": {"maxItems": 10},
        "textModulesData": {"maxItems": 10},
        "merchantLocations": {"maxItems": 10},
    },
    "TextModuleData": {"id": {"pattern": MODULE_ID}},
    "ImageUri": {"uri": {"pattern": IMAGE_ADDRESS}},
    "Uri": {"uri": {"pattern": ADDRESS}},
    "CallbackOptions": {"url": {"pattern": IMAGE_ADDRESS}},
    "Money": {"micros": {"pattern": r"^-?[0-9]+$"}},
}
ONE_OF = {
    "LoyaltyPointsBalance": ["int", "string", "double", "money"],
    "Image": ["sourceUri", "privateImageId"],
}
"""Of these properties exactly one is required."""
INT32 = 2**31


class PayloadRefused(Exception):
    """Google would answer 400. The text names the property and the fault."""


def check(schema: str, payload: object) -> None:
    """Raises PayloadRefused for the most relevant fault. Deprecated properties are refused too."""
    error = best_match(_validator(schema).iter_errors(payload))
    if error is not None:
        path = ".".join(str(part) for part in error.absolute_path) or schema
        raise PayloadRefused(f"{path}: {error.message[:200]}")


def check_names(schema: str, patch: JsonObject) -> None:
    """Raises PayloadRefused for an unknown key, even one that the patch deletes."""
    for key in patch:
        if key not in _definitions()[schema]["properties"]:
            raise PayloadRefused(f"{key}: unknown name.")


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _definitions()})


@cache
def _definitions() -> JsonObject:
    package = files("googleapiclient.discovery_cache") / "documents"
    published = json.loads((package / "walletobjects.v1.json").read_text("utf-8"))["schemas"]
    return {name: _definition(name, schema) for name, schema in published.items()}


def _definition(name: str, schema: JsonObject) -> JsonObject:
    published = schema.get("properties", {})
    properties = {key: _property(value) for key, value in published.items() if not value.get("deprecated")}
    for key, rule in RULES.get(name, {}).items():
        properties[key] = {"allOf": [properties[key], rule]}
    definition = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": REQUIRED.get(name, []),
    }
    if name in ONE_OF:
        definition["oneOf"] = [{"required": [form]} for form in ONE_OF[name]]
    return definition


def _property(schema: JsonObject) -> JsonObject:
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    match schema["type"]:
        case "array":
            return {"type": "array", "items": _property(schema["items"])}
        case "string":
            return _text(schema)
        case "integer":
            return {"type": "integer", "minimum": -INT32, "maximum": INT32 - 1}
        case "object":
            return {"type": "object"}
    return {"type": schema["type"]}


def _text(schema: JsonObject) -> JsonObject:
    if "enum" in schema:
        deprecated = schema.get("enumDeprecated", [False] * len(schema["enum"]))
        return {"enum": [word for word, is_old in zip(schema["enum"], deprecated, strict=True) if not is_old]}
    if schema.get("format") in {"int64", "uint64"}:
        return {"type": "string", "pattern": r"^-?[0-9]+$"}
    return {"type": "string"}
