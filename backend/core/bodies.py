"""Strict JSON request bodies: types are not converted, control characters are refused, invisible ones removed."""

from collections.abc import Iterator
from typing import Any

from litestar import Request

from backend.core.absence import leave_nulls_out
from backend.core.problems import MalformedJson, ValidationFailed
from backend.core.schemas import FieldError
from backend.core.validation import escaped, schema_errors
from i18n.unseen import CONTROL, clean_field


class StrictRequest(Request[Any, Any, Any]):
    """Litestar decodes leniently: it would accept "1e3" as the integer 1000."""

    async def json(self) -> Any:
        """Raises MalformedJson, or ValidationFailed with all errors."""
        try:
            body = await super().json()
        except (RecursionError, UnicodeDecodeError) as error:
            raise MalformedJson from error
        errors = list(_control_characters(body))
        _clean(body)
        data_field = self.route_handler.parsed_data_field
        if data_field is not None:
            leave_nulls_out(body, data_field.annotation)
            places = {error.pointer for error in errors}
            errors += [error for error in schema_errors(body, data_field.annotation) if error.pointer not in places]
        if errors:
            raise ValidationFailed(*errors)
        return body


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
