"""Requests that Schemathesis makes from the OpenAPI document, sent as somebody, and answers held against it."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.overrides import Override
from schemathesis.specs.openapi import checks

from backend.core.letters import LETTER
from tests.world.belongings import Belongings
from tests.world.caller import Promises, codes_of
from tests.world.customer import signed_in
from tests.world.document import document_text
from tests.world.shop import Shop, one_more_session
from tests.world.till import Card

Case = schemathesis.Case[Any]
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
LOOKAHEAD = re.compile(r"\(\?=[^)]*\)")
"""Schemathesis looks ten seconds for texts that fit one."""
RANGE = re.compile("([\U00010000-\U0010ffff])-[\U00010000-\U0010ffff]")
"""Hypothesis takes seconds for each pattern with a range of so many characters, because it lists them."""


def readable(document: str) -> dict[str, Any]:
    """With patterns that Schemathesis finds texts for in time. Of letters, those of European languages are enough."""
    letter = msgspec.json.encode(LETTER).decode()[1:-1]
    document = LOOKAHEAD.sub("", document.replace(letter, "[0-9A-Za-zÀ-žΑ-ωА-я]"))
    read: dict[str, Any] = msgspec.json.decode(RANGE.sub(r"\1", document))
    return read


SCHEMA = schemathesis.openapi.from_dict(readable(document_text()))
OPERATIONS: list[Operation] = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
ROLES = ("claire", "anna", "luc", "super_admin", "platform_admin", "customer", "nobody")
MOSTLY = {"admin": "super_admin", "store": "anna", "merchant": "claire", "auth": "anna", "account": "customer"}
BASE = "http://orion.test"
EXAMPLES, SEED = int(os.environ.get("FUZZ_EXAMPLES", "4")), int(os.environ.get("FUZZ_SEED", "1"))


@dataclass(frozen=True)
class Stage:
    http: httpx.AsyncClient
    promises: Promises
    shop: Shop
    card: Card
    admin_ids: dict[str, UUID]
    belongings: Belongings

    async def ask(self, case: Case, role: str, *, about_real_things: bool) -> httpx.Response:
        """Fails when the answer is not one that the document promises."""
        if about_real_things:
            self._name_real_things(case)
        told = case.as_transport_kwargs(base_url=BASE, headers=await self._headers(role))
        asked = requests.Request(**told).prepare()
        content: Any = asked.body or b""
        headers: Any = dict(asked.headers)
        answer = await self.http.request(str(asked.method), str(asked.url), headers=headers, content=content)
        case.validate_response(answer, checks=CHECKS)
        self.promises.check(str(asked.method), httpx.URL(str(asked.url)).path, answer)
        is_of_operation = answer.status_code >= 400 and case.method.upper() == case.operation.method.upper()
        if is_of_operation and answer.status_code != 405:
            assert answer.json()["code"] in codes_of(case.operation.definition.raw, answer.status_code), answer.text
        return answer

    def _name_real_things(self, case: Case) -> None:
        known = self.belongings.at(case.path)
        for name in case.path_parameters or {}:
            case.path_parameters[name] = known[name]

    async def _headers(self, role: str) -> dict[str, str]:
        """Of a session that began just now: the one before may have been ended by its own request."""
        if role == "nobody":
            return {}
        if role == "customer":
            token = (await signed_in(self.shop, self.card)).token
        elif role in self.admin_ids:
            token = await one_more_session(self.shop.services, self.admin_ids[role], None, is_confirmed=True)
        else:
            of = self.shop.user_ids[role], self.shop.merchant_id
            token = await one_more_session(self.shop.services, *of, is_confirmed=True)
        return {"Authorization": f"Bearer {token}", "X-Store-Code": self.shop.hub}


def who_may(operation: Operation) -> tuple[str, ...]:
    """A role that is most probably let in comes more often."""
    audience = "account" if "/storefront/account" in operation.path else operation.path.split("/")[3]
    mostly = MOSTLY.get(audience, "nobody")
    return (*ROLES, *[mostly] * len(ROLES))


def drawn(operation: Operation) -> st.SearchStrategy[Case]:
    """Valid and invalid requests."""
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])


def at_the_bounds(operation: Operation) -> Iterator[Case]:
    """Requests with values at and past each bound of the schemas, with other methods, without what is required."""
    yield from CoverageGenerator(
        operation=operation,
        generation_modes=MODES,
        generation_config=SCHEMA.config.generation_for(operation=operation, phase="coverage"),
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
    )
