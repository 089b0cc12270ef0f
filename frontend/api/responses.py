"""Responses of the backend: decoded, refused, or missing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec

from backend.core.schemas import Answer, Page, ProblemView

T = TypeVar("T", bound=Answer | Page[Any])

IN_MAINTENANCE = "maintenance"
"""The one failure of a server that says for certain that nothing was done."""
KEY_USED = {"idempotency_key_reused", "already_booked"}


class BackendProblem(Exception):
    """The backend refused the call for good. `code` is for programs, `detail` for people, in the user's language."""

    def __init__(self, view: ProblemView, facts: dict[str, Any]) -> None:
        super().__init__(view.code)
        self.view = view
        self.code = view.code
        self.status = view.status
        self.detail = view.detail
        self.facts = facts
        """All members of the problem document, such as `retry_at` or `tries_left`."""

    @property
    def sentence(self) -> str:
        """Title and detail: what happened and what to do now."""
        return ". ".join(dict.fromkeys(filter(None, (self.view.title, self.detail))))

    @property
    def ends_key(self) -> bool:
        """Whether the outcome of the idempotency key is final. After any other refusal an earlier attempt may still be
        in progress.
        """
        return self.view.remembered or self.code in KEY_USED


class BackendUnavailable(Exception):
    """No usable answer: the outcome is unknown and the call may be repeated with the same idempotency key."""


@contextmanager
def unavailable_on_error() -> Iterator[None]:
    """Converts every error of the HTTP client into BackendUnavailable. Must not wrap our own code."""
    try:
        yield
    except Exception as error:
        raise BackendUnavailable(type(error).__name__) from error


async def next_line(lines: AsyncIterator[str]) -> str | None:
    """None at the end. Raises BackendUnavailable."""
    with unavailable_on_error():
        return await anext(lines, None)


def successful(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise refusal(response)
    return response


def decoded(response: httpx.Response, answer: type[T]) -> T:
    try:
        content: T = msgspec.json.decode(response.content, type=answer)
    except msgspec.DecodeError as error:
        raise BackendUnavailable(f"an answer that is not {answer!r}: {error}") from error
    return content


def refusal(response: httpx.Response) -> BackendProblem | BackendUnavailable:
    try:
        view = msgspec.json.decode(response.content, type=ProblemView)
    except msgspec.DecodeError:
        return BackendUnavailable(f"status {response.status_code} without a problem")
    if response.is_server_error and view.code != IN_MAINTENANCE:
        return BackendUnavailable(f"status {response.status_code}")
    return BackendProblem(view, msgspec.json.decode(response.content))
