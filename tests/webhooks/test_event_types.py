"""Every domain event has a public name or a reason; no body can hold personal data."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.core.events import DomainEvent
from backend.core.models import BULK_EVENTS
from backend.reactions import event_name
from backend.webhooks.event_types import CHOICES, PING_TYPE, PRIVATE, PUBLIC, WebhookEventType
from backend.webhooks.examples import example_of
from tests.world.caller import Json
from tests.world.document import document_text
from tests.world.webhooks import EVERY_TYPE

DOCUMENT: dict[str, Any] = msgspec.json.decode(document_text())
EVERY = (*CHOICES.values(), PING_TYPE)
IDS_AND_NUMBERS = (UUID, int, datetime, UUID | None)


def kinds(parent: type[DomainEvent] = DomainEvent) -> list[type[DomainEvent]]:
    found = [each for child in parent.__subclasses__() for each in (child, *kinds(child))]
    return [kind for kind in found if kind.__name__ != "CardBooking"]


def test_every_domain_event_has_a_public_name_or_a_reason_why_not() -> None:
    names = {event_name(kind) for kind in kinds() if kind.__module__.startswith("backend.")}
    assert names == set(PUBLIC) | set(PRIVATE)
    assert not set(PUBLIC) & set(PRIVATE)
    assert set(BULK_EVENTS) <= set(PUBLIC)


def test_names_are_unique_and_the_ones_promised() -> None:
    assert [each.name for each in PUBLIC.values()] == list(EVERY_TYPE)
    assert len(CHOICES) == len(PUBLIC)


@pytest.mark.parametrize("kind", [each for each in kinds() if event_name(each) in PUBLIC])
def test_what_is_sent_is_a_part_of_what_happened(kind: type[DomainEvent]) -> None:
    recorded = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for field in msgspec.structs.fields(PUBLIC[event_name(kind)].payload):
        assert field.name in recorded


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_a_body_holds_ids_and_numbers_only(kind: WebhookEventType) -> None:
    for field in msgspec.structs.fields(kind.payload):
        assert field.type in IDS_AND_NUMBERS, field.name


def schema_of(reference: Json) -> Json:
    schema: Json = DOCUMENT["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
    return schema


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_the_document_describes_each_with_an_example_that_fits(kind: WebhookEventType) -> None:
    operation = DOCUMENT["webhooks"][kind.name]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    example = content["examples"][kind.name]["value"]
    assert example == example_of(kind)
    data = msgspec.convert(example["data"], kind.payload, strict=False)
    event = schema_of(content["schema"])["properties"]
    assert set(msgspec.to_builtins(data)) == set(schema_of(event["data"])["properties"])
    assert event["type"]["const"] == kind.name
