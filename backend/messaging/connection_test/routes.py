"""The connection test of email, for administrators."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import msgspec
import structlog
from litestar import Controller, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream

from backend.access.guards import actor_of, all_of, for_platform, limited
from backend.access.permissions import MANAGE_SETTINGS
from backend.access.problems import SIGNED_IN
from backend.core.addresses import can_be_mailed
from backend.core.database import Sessions
from backend.core.maintenance import WORKS_IN_MAINTENANCE
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.messaging.connection_test.problems import ConnectionTestsUsedUp
from backend.messaging.connection_test.records import find_last_test
from backend.messaging.connection_test.results import Verdict
from backend.messaging.connection_test.run import ConnectionTester
from backend.messaging.connection_test.schemas import ConnectionTestLine, ConnectionTestRequest, LastConnectionTests
from backend.settings.live import LiveSettings
from i18n.translator import N_, get_translator

LINES = "application/x-ndjson"
LINES_OF_JSON = ResponseSpec(
    cast("type[Any]", ConnectionTestLine), media_type=LINES, generate_examples=False, description="Lines of JSON"
)
log = structlog.get_logger()

NOT_AN_ADDRESS = N_("Enter an email address.")


def provide_tester(
    sessions: NamedDependency[Sessions],
    live: NamedDependency[LiveSettings],
    platform_origin: NamedDependency[PlatformOrigin],
) -> ConnectionTester:
    return ConnectionTester(sessions, live, platform_origin)


class ConnectionTestController(Controller):
    path = "/settings/email/connection-test"
    tags = ["Settings"]
    opt = {WORKS_IN_MAINTENANCE: True}
    dependencies = {"connection_tester": Provide(provide_tester, sync_to_thread=False)}

    @post(
        operation_id="testEmailConnection",
        summary="Test the connection for email, step by step: DNS, TCP, TLS, AUTH, SEND",
        description="The response is a line of JSON for each step when it ends, and the verdict as the last one. Read "
        "it line by line, or wait for its end, at most 45 seconds. A step that fails ends the test: the rest is "
        "skipped. SEND sends a test email, which says with what configuration it was sent. Nothing is saved but the "
        "verdict. The permitted number of tests an hour is a setting.",
        status_code=200,
        guards=[all_of(for_platform(MANAGE_SETTINGS), limited("connection_test", 20))],
        responses={200: LINES_OF_JSON} | refusals(*SIGNED_IN, ValidationFailed, ConnectionTestsUsedUp),
    )
    async def test(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[ConnectionTestRequest],
        connection_tester: NamedDependency[ConnectionTester],
    ) -> Stream:
        recipient = data.recipient or actor_of(request).email
        language = connection_tester.origin.language
        if not can_be_mailed(recipient):
            detail = get_translator(language).gettext(NOT_AN_ADDRESS)
            raise ValidationFailed(FieldError("/recipient", "mail_address", detail))
        plan = await connection_tester.plan(data.values, recipient)
        test_id = await connection_tester.begin(plan)
        headers = {"X-Accel-Buffering": "no"}

        async def lines() -> AsyncIterator[bytes]:
            async with aclosing(connection_tester.run(plan, test_id)) as steps:
                async for ended in steps:
                    if isinstance(ended, Verdict):
                        log.info("connection_test", code=ended.code, provider=plan.mail.email_provider)
                    yield msgspec.json.encode(ended.view(language)) + b"\n"

        return Stream(lines(), media_type=LINES, headers=headers)

    @get(
        "/last",
        operation_id="getLastEmailConnectionTest",
        summary="The newest connection test that has ended",
        guards=[for_platform(MANAGE_SETTINGS)],
        responses={200: success(LastConnectionTests)} | refusals(*SIGNED_IN),
    )
    async def last(
        self, sessions: NamedDependency[Sessions], platform_origin: NamedDependency[PlatformOrigin]
    ) -> LastConnectionTests:
        async with sessions.committing() as session:
            return LastConnectionTests(await find_last_test(session, platform_origin.language))
