"""Classes and objects as Google keeps them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Literal

from backend.core.clock import clock
from backend.dev.sandbox.google.resources import JsonObject, Refusal, Resource, merged
from backend.dev.sandbox.google.schema import PayloadRefused, check, check_names

Kind = Literal["loyaltyClass", "loyaltyObject"]

SCHEMAS: dict[Kind, str] = {"loyaltyClass": "LoyaltyClass", "loyaltyObject": "LoyaltyObject"}
MESSAGES_MAX = 10
PLATFORM_KEYS = ("hasUsers", "hasLinkedDevice", "classReference", "review")


class Passes:
    def __init__(self, issuer_id: str) -> None:
        self.issuer_id = issuer_id
        self.rejected_names: set[str] = set()
        """Programs whose review fails."""
        self._kept: dict[Kind, dict[str, Resource]] = {"loyaltyClass": {}, "loyaltyObject": {}}

    def find(self, kind: Kind, name: str) -> Resource | None:
        return self._kept[kind].get(name)

    def all(self, kind: Kind) -> Iterator[Resource]:
        yield from self._kept[kind].values()

    def remember(self, kind: Kind, resource: Resource) -> None:
        """As it was in an earlier run."""
        self._kept[kind][resource.body["id"]] = resource

    def forget(self, kind: Kind, name: str) -> None:
        """Google never does; a sandbox that starts anew does."""
        self._kept[kind].pop(name, None)

    def get(self, kind: Kind, name: str) -> Resource:
        found = self.find(kind, name)
        if found is None:
            raise Refusal(404, "resourceNotFound", f"The resource {name} was not found.")
        return found

    def insert(self, kind: Kind, body: JsonObject) -> Resource:
        _refuse_platform_keys(body)
        _validated(SCHEMAS[kind], body)
        self._check_issuer(body["id"])
        if body["id"] in self._kept[kind]:
            raise Refusal(409, "existingResource", f"The resource {body['id']} exists already.")
        if kind == "loyaltyObject":
            self._check_class(body["classId"])
        resource = Resource(self._settled(kind, body))
        self._kept[kind][body["id"]] = resource
        return resource

    def patch(self, kind: Kind, name: str, changes: JsonObject, if_match: str | None = None) -> Resource:
        """Null deletes, objects are merged, lists are replaced."""
        _named(kind, changes)
        found = self.get(kind, name)
        told = {key: value for key, value in found.body.items() if key not in PLATFORM_KEYS}
        if told.get("reviewStatus") in {"APPROVED", "REJECTED"}:
            told["reviewStatus"] = "UNDER_REVIEW"
        return self._replace(kind, found, merged(told, changes), if_match)

    def put(self, kind: Kind, name: str, body: JsonObject, if_match: str | None = None) -> Resource:
        return self._replace(kind, self.get(kind, name), body, if_match)

    def add_message(self, kind: Kind, name: str, request: JsonObject) -> Resource:
        found = self.get(kind, name)
        _validated("AddMessageRequest", request)
        messages = found.body.get("messages", [])
        if len(messages) >= MESSAGES_MAX:
            raise Refusal(400, "invalid", "The maximum number of messages is 10.")
        message = request.get("message", {})
        if message.get("messageType") == "TEXT_AND_NOTIFY" and not found.rings(clock.now()):
            raise Refusal(400, "QuotaExceededException", "QuotaExceededException: 3 notifications in 24 hours.")
        found.body["messages"] = [*messages, message]
        found.version += 1
        return found

    def page(self, kind: Kind, filters: JsonObject, token: str, size: int) -> tuple[list[JsonObject], str]:
        """Resources in the order of their ids, and the token of the next page."""
        found = [
            self.shown(kind, resource)
            for name, resource in sorted(self._kept[kind].items())
            if name > token and all(resource.body.get(key) == value for key, value in filters.items())
        ]
        page = found[:size]
        return page, page[-1]["id"] if len(found) > size else ""

    def shown(self, kind: Kind, resource: Resource) -> JsonObject:
        """As a GET answers it."""
        body = deepcopy(resource.body)
        if kind == "loyaltyObject":
            parent = self.find("loyaltyClass", body["classId"])
            body["classReference"] = deepcopy(parent.body) if parent else None
            body.setdefault("hasUsers", False)
        return body

    def _replace(self, kind: Kind, found: Resource, body: JsonObject, if_match: str | None) -> Resource:
        if if_match not in {None, "*", found.etag}:
            raise Refusal(412, "conditionNotMet", "The resource has changed.")
        _refuse_platform_keys(body)
        _validated(SCHEMAS[kind], body)
        for key in ("id", "classId"):
            if body.get(key) != found.body.get(key):
                raise Refusal(400, "invalid", f"{key} cannot be changed.")
        if body.get("reviewStatus") == "DRAFT" and found.body["reviewStatus"] != "DRAFT":
            raise Refusal(400, "invalid", "reviewStatus cannot go back to DRAFT.")
        if body.get("notifyPreference") == "NOTIFY_ON_UPDATE" and _balance(body) != _balance(found.body):
            found.rings(clock.now())  # silence when there were three
        platform = {key: found.body[key] for key in PLATFORM_KEYS if key in found.body}
        found.body = self._settled(kind, body) | platform
        found.version += 1
        return found

    def _settled(self, kind: Kind, body: JsonObject) -> JsonObject:
        kept = {key: deepcopy(value) for key, value in body.items() if key != "notifyPreference"}
        if kind == "loyaltyClass" and kept["reviewStatus"] == "UNDER_REVIEW":
            kept["reviewStatus"] = "REJECTED" if kept["programName"] in self.rejected_names else "APPROVED"
        return kept

    def _check_issuer(self, name: str) -> None:
        if name.split(".", maxsplit=1)[0] != self.issuer_id:
            raise Refusal(403, "permissionDenied", "The service account may not act for this issuer.")

    def _check_class(self, name: str) -> None:
        found = self.find("loyaltyClass", name)
        if found is None:
            raise Refusal(404, "classNotFound", f"The class {name} was not found.")
        if found.body["reviewStatus"] != "APPROVED":
            raise Refusal(400, "invalidResource", f"The class {name} is not approved.")


def _balance(body: JsonObject) -> object:
    """Updates of nothing else make a phone ring; those of a second balance do not."""
    return body.get("loyaltyPoints", {}).get("balance")


def _validated(schema: str, body: JsonObject) -> None:
    try:
        check(schema, body)
    except PayloadRefused as error:
        raise Refusal(400, "invalid", str(error)) from error


def _named(kind: Kind, changes: JsonObject) -> None:
    try:
        check_names(SCHEMAS[kind], changes)
    except PayloadRefused as error:
        raise Refusal(400, "invalid", str(error)) from error


def _refuse_platform_keys(body: JsonObject) -> None:
    for key in PLATFORM_KEYS:
        if key in body:
            raise Refusal(400, "invalid", f"{key} is set by the platform.")
