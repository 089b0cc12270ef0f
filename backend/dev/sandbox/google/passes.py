"""Google's store of classes and objects, with its checks."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Literal

from backend.core.clock import clock
from backend.dev.sandbox.google.resources import GoogleError, Resource, merged
from backend.dev.sandbox.google.schema import PayloadRefused, check, check_names
from backend.dev.sandbox.json_object import JsonObject

ServedType = Literal["loyaltyClass", "loyaltyObject"]

SCHEMAS: dict[ServedType, str] = {"loyaltyClass": "LoyaltyClass", "loyaltyObject": "LoyaltyObject"}
MESSAGES_MAX = 10
PLATFORM_KEYS = ("hasUsers", "hasLinkedDevice", "classReference", "review")


class Passes:
    def __init__(self, issuer_id: str) -> None:
        self.issuer_id = issuer_id
        self.rejected_names: set[str] = set()
        """Names of programs whose review Google rejects."""
        self._resources: dict[ServedType, dict[str, Resource]] = {"loyaltyClass": {}, "loyaltyObject": {}}

    def find(self, kind: ServedType, name: str) -> Resource | None:
        return self._resources[kind].get(name)

    def all(self, kind: ServedType) -> Iterator[Resource]:
        yield from self._resources[kind].values()

    def restore(self, kind: ServedType, resource: Resource) -> None:
        """Adds a resource of an earlier run without checks."""
        self._resources[kind][resource.body["id"]] = resource

    def forget(self, kind: ServedType, name: str) -> None:
        """Removes a resource, as in a new sandbox; Google itself never deletes."""
        self._resources[kind].pop(name, None)

    def get(self, kind: ServedType, name: str) -> Resource:
        """Raises GoogleError."""
        resource = self.find(kind, name)
        if resource is None:
            raise GoogleError(404, "resourceNotFound", f"The resource {name} was not found.")
        return resource

    def insert(self, kind: ServedType, body: JsonObject) -> Resource:
        _refuse_platform_keys(body)
        _validate(SCHEMAS[kind], body)
        self._check_issuer(body["id"])
        if body["id"] in self._resources[kind]:
            raise GoogleError(409, "existingResource", f"The resource {body['id']} exists already.")
        if kind == "loyaltyObject":
            self._check_class(body["classId"])
        resource = Resource(self._reviewed(kind, body))
        self._resources[kind][body["id"]] = resource
        return resource

    def patch(self, kind: ServedType, name: str, changes: JsonObject, if_match: str | None = None) -> Resource:
        """Null deletes a key, objects are merged, lists are replaced."""
        _check_names(kind, changes)
        resource = self.get(kind, name)
        body = {key: value for key, value in resource.body.items() if key not in PLATFORM_KEYS}
        if body.get("reviewStatus") in {"APPROVED", "REJECTED"}:
            body["reviewStatus"] = "UNDER_REVIEW"
        return self._replace(kind, resource, merged(body, changes), if_match)

    def put(self, kind: ServedType, name: str, body: JsonObject, if_match: str | None = None) -> Resource:
        return self._replace(kind, self.get(kind, name), body, if_match)

    def add_message(self, kind: ServedType, name: str, request: JsonObject) -> Resource:
        resource = self.get(kind, name)
        _validate("AddMessageRequest", request)
        messages = resource.body.get("messages", [])
        if len(messages) >= MESSAGES_MAX:
            raise GoogleError(400, "invalid", "The maximum number of messages is 10.")
        message = request.get("message", {})
        if message.get("messageType") == "TEXT_AND_NOTIFY" and not resource.notify(clock.now()):
            raise GoogleError(400, "QuotaExceededException", "QuotaExceededException: 3 notifications in 24 hours.")
        resource.body["messages"] = [*messages, message]
        resource.version += 1
        return resource

    def page(self, kind: ServedType, filters: JsonObject, token: str, size: int) -> tuple[list[JsonObject], str]:
        """Resources in the order of their ids, and the token of the next page; "" for none."""
        matching = [
            self.view(kind, resource)
            for name, resource in sorted(self._resources[kind].items())
            if name > token and all(resource.body.get(key) == value for key, value in filters.items())
        ]
        page = matching[:size]
        return page, page[-1]["id"] if len(matching) > size else ""

    def view(self, kind: ServedType, resource: Resource) -> JsonObject:
        """The resource as in the response of a GET."""
        body = deepcopy(resource.body)
        if kind == "loyaltyObject":
            parent = self.find("loyaltyClass", body["classId"])
            body["classReference"] = deepcopy(parent.body) if parent else None
            body.setdefault("hasUsers", False)
        return body

    def _replace(self, kind: ServedType, resource: Resource, body: JsonObject, if_match: str | None) -> Resource:
        if if_match not in {None, "*", resource.etag}:
            raise GoogleError(412, "conditionNotMet", "The resource has changed.")
        _refuse_platform_keys(body)
        _validate(SCHEMAS[kind], body)
        for key in ("id", "classId"):
            if body.get(key) != resource.body.get(key):
                raise GoogleError(400, "invalid", f"{key} cannot be changed.")
        if body.get("reviewStatus") == "DRAFT" and resource.body["reviewStatus"] != "DRAFT":
            raise GoogleError(400, "invalid", "reviewStatus cannot go back to DRAFT.")
        if body.get("notifyPreference") == "NOTIFY_ON_UPDATE" and _balance(body) != _balance(resource.body):
            resource.notify(clock.now())  # over the limit the update is silent
        platform = {key: resource.body[key] for key in PLATFORM_KEYS if key in resource.body}
        resource.body = self._reviewed(kind, body) | platform
        resource.version += 1
        return resource

    def _reviewed(self, kind: ServedType, body: JsonObject) -> JsonObject:
        """The body to store: a class under review is approved or rejected at once."""
        stored = {key: deepcopy(value) for key, value in body.items() if key != "notifyPreference"}
        if kind == "loyaltyClass" and stored["reviewStatus"] == "UNDER_REVIEW":
            stored["reviewStatus"] = "REJECTED" if stored["programName"] in self.rejected_names else "APPROVED"
        return stored

    def _check_issuer(self, name: str) -> None:
        if name.split(".", maxsplit=1)[0] != self.issuer_id:
            raise GoogleError(403, "permissionDenied", "The service account may not act for this issuer.")

    def _check_class(self, name: str) -> None:
        program = self.find("loyaltyClass", name)
        if program is None:
            raise GoogleError(404, "classNotFound", f"The class {name} was not found.")
        if program.body["reviewStatus"] != "APPROVED":
            raise GoogleError(400, "invalidResource", f"The class {name} is not approved.")


def _balance(body: JsonObject) -> object:
    """Only a change of the first balance notifies the phone."""
    return body.get("loyaltyPoints", {}).get("balance")


def _validate(schema: str, body: JsonObject) -> None:
    try:
        check(schema, body)
    except PayloadRefused as error:
        raise GoogleError(400, "invalid", str(error)) from error


def _check_names(kind: ServedType, changes: JsonObject) -> None:
    try:
        check_names(SCHEMAS[kind], changes)
    except PayloadRefused as error:
        raise GoogleError(400, "invalid", str(error)) from error


def _refuse_platform_keys(body: JsonObject) -> None:
    for key in PLATFORM_KEYS:
        if key in body:
            raise GoogleError(400, "invalid", f"{key} is set by the platform.")
