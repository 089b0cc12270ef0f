"""Bodies as they are written: a number is a number, and text is never taken for one."""

import re
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException

WHERE = re.compile(r" - at `\$\.?(.*)`$")


class StrictRequest(Request[Any, Any, Any]):
    """The framework would book "1e3" as a thousand cents."""

    async def json(self) -> Any:
        """Raises ValidationException naming the field."""
        body = await super().json()
        wanted = self.route_handler.parsed_data_field
        if wanted is not None:
            try:
                msgspec.convert(body, wanted.annotation)
            except msgspec.ValidationError as error:
                raise _refused(str(error)) from error
        return body


def _refused(reason: str) -> ValidationException:
    found = WHERE.search(reason)
    return ValidationException(extra=[{"message": WHERE.sub("", reason), "key": found[1] if found else ""}])
