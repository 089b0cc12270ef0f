"""Functions that are called as ever, while a test notes with what."""

from collections.abc import Callable
from typing import Any


def noting(calls: list[Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function. It first adds its positional arguments to `calls`, as a tuple."""

    def noted(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        return function(*arguments, **options)

    return noted
