"""Strict JSON request bodies: types are not converted, control characters are refused, invisible ones removed."""

import zlib
from collections.abc import Iterator
from typing import Any

from litestar import Request
from litestar.serialization import decode_json
from litestar.types import Empty

from backend.core.absence import leave_nulls_out
from backend.core.problems import MalformedJson, PayloadTooLarge, ValidationFailed
from backend.core.schemas import FieldError
from backend.core.validation import escaped, schema_errors
from i18n.unseen import CONTROL, clean_field

TAKES_GZIP = "takes_gzip"
"""In the `opt` of a handler whose body may come with `Content-Encoding: gzip`."""
JUDGES_ENTRIES = "judges_entries"
"""In the `opt` of a handler: the name of a field whose entries it checks one by one (`has_control`)."""
GZIP_WINDOW_BITS = 31
UNPACKED_BYTES_MAX = 1024 * 1024


class StrictRequest(Request[Any, Any, Any]):
    """Litestar decodes leniently: it would accept "1e3" as the integer 1000."""

    async def json(self) -> Any:
        """Raises MalformedJson, PayloadTooLarge, or ValidationFailed with all errors."""
        try:
            body = await self._decoded()
        except (RecursionError, UnicodeDecodeError) as error:
            raise MalformedJson from error
        judged = self.route_handler.opt.get(JUDGES_ENTRIES)
        errors = [error for error in _control_characters(body) if not _is_judged(error, judged)]
        _clean(body)
        data_field = self.route_handler.parsed_data_field
        if data_field is not None:
            leave_nulls_out(body, data_field.annotation)
            places = {error.pointer for error in errors}
            errors += [error for error in schema_errors(body, data_field.annotation) if error.pointer not in places]
        if errors:
            raise ValidationFailed(*errors)
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
    """Whether any text in the value has a control character."""
    return any(_control_characters(value))


def _is_judged(error: FieldError, judged: str | None) -> bool:
    return judged is not None and error.pointer.startswith(f"/{judged}/")


def _control_characters(body: Any) -> Iterator[FieldError]:
    """An error for each text with control characters. Iterative: the client decides how deep the value is."""
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        pointer, part = waiting.pop()
        if isinstance(part, str) and CONTROL.search(part):
            yield FieldError(pointer, "invalid_characters")
        elif isinstance(part, dict):
            # The name of a field is not repeated when it has such characters.
            if any(CONTROL.search(name) for name in part):
                yield FieldError(pointer, "invalid_characters")
            waiting += [(pointer + escaped(name), value) for name, value in part.items() if not CONTROL.search(name)]
        elif isinstance(part, list):
            waiting += [(pointer + escaped(index), value) for index, value in enumerate(part)]


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
