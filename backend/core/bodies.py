"""Strict JSON request bodies: types are not converted, control characters are refused, invisible ones removed."""

import re
import zlib
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.serialization import decode_json
from litestar.types import Empty

from backend.core.absence import leave_nulls_out
from backend.core.problems import MalformedJson, PayloadTooLarge
from i18n.unseen import CONTROL, clean_field

WHERE = re.compile(r" - at `\$\.?(.*)`$")


TAKES_GZIP = "takes_gzip"
"""In the `opt` of a handler whose body may come with `Content-Encoding: gzip`."""
JUDGES_ENTRIES = "judges_entries"
"""In the `opt` of a handler: the name of a field whose entries it checks one by one (`has_control`)."""
GZIP_WINDOW_BITS = 31
UNPACKED_BYTES_MAX = 1024 * 1024


class StrictRequest(Request[Any, Any, Any]):
    """Litestar decodes leniently: it would accept "1e3" as the integer 1000."""

    async def json(self) -> Any:
        """Raises MalformedJson, PayloadTooLarge, or ValidationException naming the field."""
        try:
            body = await self._decoded()
        except (RecursionError, UnicodeDecodeError) as error:
            raise MalformedJson from error
        judged = self.route_handler.opt.get(JUDGES_ENTRIES)
        for field, value in body.items() if isinstance(body, dict) else [("", body)]:
            if has_control(field) or (field != judged and has_control(value)):
                raise ValidationException(extra=[{"message": "Has control characters", "key": field}])
        _clean(body)
        data_field = self.route_handler.parsed_data_field
        if data_field is not None:
            leave_nulls_out(body, data_field.annotation)
            try:
                msgspec.convert(body, data_field.annotation)
            except msgspec.ValidationError as error:
                raise _validation_error(str(error)) from error
        return body

    async def _decoded(self) -> Any:
        is_packed = self.headers.get("content-encoding", "").lower() == "gzip"
        if not is_packed or not self.route_handler.opt.get(TAKES_GZIP, False):
            return await super().json()
        if self._json is Empty:
            self._json = decode_json(_unpacked(await self.body()))
        return self._json


def _unpacked(body: bytes) -> bytes:
    """Raises MalformedJson or PayloadTooLarge. `body()` keeps the bytes as sent, which signatures are over."""
    decompressor = zlib.decompressobj(GZIP_WINDOW_BITS)
    try:
        unpacked = decompressor.decompress(body, UNPACKED_BYTES_MAX + 1)
    except zlib.error as error:
        raise MalformedJson from error
    if len(unpacked) > UNPACKED_BYTES_MAX:
        raise PayloadTooLarge
    if not decompressor.eof:
        raise MalformedJson
    return unpacked


def has_control(value: Any) -> bool:
    """Whether any text in the value has a control character. Iterative: the client decides how deep the value is."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and CONTROL.search(part):
            return True
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
    return False


def _clean(body: Any) -> None:
    """Removes invisible characters from all texts, in place."""
    waiting = [body]
    while waiting:
        part = waiting.pop()
        entries: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for key, value in entries:
            if isinstance(value, str):
                part[key] = clean_field(key, value)
            else:
                waiting.append(value)


def _validation_error(reason: str) -> ValidationException:
    match = WHERE.search(reason)
    return ValidationException(extra=[{"message": WHERE.sub("", reason), "key": match[1] if match else ""}])
