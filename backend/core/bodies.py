"""Bodies as they are written: a number is a number, and text is never taken for one."""

import re
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException

from backend.core.problems import MalformedJson
from i18n.unseen import clean_field

WHERE = re.compile(r" - at `\$\.?(.*)`$")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All but tabs and ends of lines. PostgreSQL takes no NUL, and no reader sees any of the others."""


class StrictRequest(Request[Any, Any, Any]):
    """The framework would book "1e3" as a thousand cents."""

    async def json(self) -> Any:
        """Raises MalformedJson, or ValidationException naming the field."""
        try:
            body = await super().json()
        except (RecursionError, UnicodeDecodeError) as error:
            raise MalformedJson from error
        for field, value in body.items() if isinstance(body, dict) else [("", body)]:
            if _has_control(field) or _has_control(value):
                raise ValidationException(extra=[{"message": "Has control characters", "key": field}])
        _clean(body)
        wanted = self.route_handler.parsed_data_field
        if wanted is not None:
            try:
                msgspec.convert(body, wanted.annotation)
            except msgspec.ValidationError as error:
                raise _refused(str(error)) from error
        return body


def _has_control(value: Any) -> bool:
    """In any of its texts; without recursion, because a stranger decides how deep it is."""
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
    """Takes out of all texts what nobody sees, once, before anything is compared with them."""
    waiting = [body]
    while waiting:
        part = waiting.pop()
        places: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for place, value in places:
            if isinstance(value, str):
                part[place] = clean_field(place, value)
            else:
                waiting.append(value)


def _refused(reason: str) -> ValidationException:
    found = WHERE.search(reason)
    return ValidationException(extra=[{"message": WHERE.sub("", reason), "key": found[1] if found else ""}])
