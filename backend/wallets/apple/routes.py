"""The five calls of Apple's web service, which iPhones make by themselves, and the first download of a pass.

A phone appends `/v1/...` to the URL in its pass. Only route and status are logged.
"""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated

import structlog
from litestar import Controller, MediaType, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, PathParameter, QueryParameter

from backend.core.openapi import empty, refusals, success
from backend.core.problems import NotFound, ValidationFailed
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.wallets.apple.builder import MEDIA_TYPE
from backend.wallets.apple.issue import ApplePasses, ServedPass
from backend.wallets.apple.limits import limited_by, limited_by_address
from backend.wallets.apple.open import Apple
from backend.wallets.apple.problems import PassTokenRefused
from backend.wallets.apple.schemas import ChangedPasses, PhoneLog, Registration

AuthorizationHeader = Annotated[
    str, HeaderParameter(name="Authorization", required=False, description="`ApplePass` and the pass's token.")
]
IfModifiedSince = Annotated[
    str | None,
    HeaderParameter(
        name="If-Modified-Since", required=False, description="`Last-Modified` of the pass that the phone has."
    ),
]
Since = Annotated[
    str | None, QueryParameter(name="passesUpdatedSince", description="`lastUpdated` of the answer before.")
]
PassFile = Annotated[str, PathParameter(description="The token of the card page's address, and `.pkpass`.")]
LOGS_PER_MINUTE, LOG_LINES_MAX, LOG_LINE_MAX = 20, 10, 300
DOWNLOADS_PER_MINUTE = 60
BODY_BYTES_MAX = 4096
ENDING = ".pkpass"
LIBRARY_ID_MAX = 200
LIBRARY_ID = re.compile(rf"[0-9A-Za-z-]{{1,{LIBRARY_ID_MAX}}}")
SECRET = re.compile(r"https?://\S+|ApplePass\s+\S+|[\w-]{16,}")
"""URLs, tokens, ids and serial numbers in the log lines of phones."""

log = structlog.get_logger()


class AppleWebService(Controller):
    path = "/v1"
    tags = ["Wallet - Apple"]
    request_max_body_size = BODY_BYTES_MAX

    @post(
        "/devices/{device:str}/registrations/{pass_type:str}/{serial:str}",
        operation_id="registerPass",
        summary="Register a phone for updates of a pass",
        media_type=MediaType.TEXT,
        guards=[limited_by("apple-pass", "serial")],
        responses={200: empty("It was registered already; its push token is replaced")}
        | refusals(PassTokenRefused, ValidationFailed),
    )
    async def register(
        self,
        device: FromPath[str],
        pass_type: FromPath[str],
        serial: FromPath[str],
        data: JSONBody[Registration],
        apple: NamedDependency[Apple | None],
        authorization: AuthorizationHeader = "",
    ) -> Response[bytes]:
        is_new = await _require_passes(apple, device).register(
            pass_type, serial, authorization, library_id=device, push_token=data.push_token
        )
        return _empty_response(201 if is_new else 200)

    @delete(
        "/devices/{device:str}/registrations/{pass_type:str}/{serial:str}",
        operation_id="unregisterPass",
        summary="End a phone’s registration for updates of a pass",
        status_code=200,
        media_type=MediaType.TEXT,
        guards=[limited_by("apple-pass", "serial")],
        responses=refusals(PassTokenRefused),
    )
    async def unregister(
        self,
        device: FromPath[str],
        pass_type: FromPath[str],
        serial: FromPath[str],
        apple: NamedDependency[Apple | None],
        authorization: AuthorizationHeader = "",
    ) -> Response[bytes]:
        await _require_passes(apple, device).unregister(pass_type, serial, authorization, library_id=device)
        return _empty_response(200)

    @get(
        "/devices/{device:str}/registrations/{pass_type:str}",
        operation_id="listChangedPasses",
        summary="Which passes of this phone have changed",
        guards=[limited_by("apple-device", "device")],
        responses={200: success(ChangedPasses), 204: empty("None has changed")} | refusals(),
    )
    async def list_changed(
        self,
        device: FromPath[str],
        pass_type: FromPath[str],
        apple: NamedDependency[Apple | None],
        since: Since = None,
    ) -> Response[ChangedPasses | None]:
        if apple is None or not LIBRARY_ID.fullmatch(device):
            return Response(None, status_code=204)
        changed = await apple.passes.list_changed(pass_type, device, since)
        return Response(changed, status_code=200 if changed else 204)

    @get(
        "/passes/{pass_type:str}/{serial:str}",
        operation_id="getPass",
        summary="The pass as it is now",
        media_type=MEDIA_TYPE,
        guards=[limited_by("apple-pass", "serial")],
        responses={304: empty("The phone has it")} | refusals(PassTokenRefused),
    )
    async def show(
        self,
        pass_type: FromPath[str],
        serial: FromPath[str],
        apple: NamedDependency[Apple | None],
        authorization: AuthorizationHeader = "",
        if_modified_since: IfModifiedSince = None,
    ) -> Response[bytes]:
        known = _moment(if_modified_since)
        served = await _require_passes(apple).fetch(pass_type, serial, authorization, known)
        return _pass_response(served) if served else _empty_response(304)

    @post(
        "/log",
        operation_id="logFromPhone",
        summary="Log messages of a phone",
        status_code=200,
        media_type=MediaType.TEXT,
        guards=[limited_by_address("apple-log", LOGS_PER_MINUTE)],
        responses=refusals(ValidationFailed),
    )
    async def write_log(self, data: JSONBody[PhoneLog]) -> Response[bytes]:
        lines = [SECRET.sub("…", line)[:LOG_LINE_MAX] for line in data.logs[:LOG_LINES_MAX]]
        log.warning("apple_phone_log", lines=lines)
        return _empty_response(200)


class PassDownloadController(Controller):
    path = "/loyalty/passes"
    tags = ["Loyalty - Storefront"]

    @get(
        "/{file_name:str}",
        operation_id="downloadApplePass",
        summary="The customer's Apple pass; the token is the right to have it",
        media_type=MEDIA_TYPE,
        guards=[limited_by_address("pass-download", DOWNLOADS_PER_MINUTE)],
        responses=refusals(CardNotFound, NotFound),
    )
    async def download(self, file_name: PassFile, apple: NamedDependency[Apple | None]) -> Response[bytes]:
        token = file_name.removesuffix(ENDING)
        if apple is None or token == file_name:
            raise NotFound
        return _pass_response(await apple.passes.download(token))


def _require_passes(apple: Apple | None, device: str | None = None) -> ApplePasses:
    """Raises PassTokenRefused without certificates, or for an id that no phone generates."""
    if apple is None or (device is not None and not LIBRARY_ID.fullmatch(device)):
        raise PassTokenRefused
    return apple.passes


def _pass_response(served: ServedPass) -> Response[bytes]:
    headers = {
        "Last-Modified": format_datetime(served.last_modified.astimezone(UTC), usegmt=True),
        "Cache-Control": "no-store",
    }
    return Response(served.body, media_type=MEDIA_TYPE, headers=headers)


def _empty_response(status: int) -> Response[bytes]:
    return Response(b"", status_code=status, media_type=MediaType.TEXT)


def _moment(header: str | None) -> datetime | None:
    """None when the header is not an HTTP date."""
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
