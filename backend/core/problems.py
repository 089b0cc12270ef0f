"""Problems: refusals of the API as RFC 9457 problem details."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from inspect import get_annotations
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from backend.core.field_messages import with_sentence
from backend.core.schemas import FieldError
from i18n.formatting import get_formatter
from i18n.translator import N_, Translator, get_translator

MEDIA_TYPE = "application/problem+json"
OWN_MEMBERS = {"code", "status", "title", "detail", "counted", "is_remembered", "headers"}
"""Members of a class of problems that are no facts."""


class Problem(Exception):
    """A refusal with a stable code and facts.

    The facts are the annotated members of the class, one type for each name in all problems. A fact may be absent.
    `title` and `detail` are source texts for translation; `detail` refers to facts as `%(fact)s`. In the text an aware
    datetime is shown as the time of day in its zone and a date in the reader's format; as a member of the JSON a
    datetime is in UTC.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    detail: ClassVar[str | tuple[str, str]] = ""
    """A pair (`NN_`) is singular and plural; the fact named by `counted` chooses between them."""
    counted: ClassVar[str] = ""
    is_remembered: ClassVar[bool] = False
    """The card's state decided it: the refusal is stored, and the same idempotency key gets it again."""
    headers: Mapping[str, str] = {}

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    @classmethod
    def fact_types(cls) -> dict[str, Any]:
        """Facts by name, with their types."""
        return {
            name: kind
            for each in reversed(cls.__mro__)
            if issubclass(each, Problem) and each is not Problem
            for name, kind in get_annotations(each).items()
            if name not in OWN_MEMBERS
        }

    def as_dict(self, *, language: str, instance: str, request_id: str) -> dict[str, Any]:
        translator = get_translator(language)
        return {
            "type": f"/problems/{self.code}",
            "title": translator.gettext(self.title),
            "status": self.status,
            "detail": self._detail(translator),
            "instance": instance,
            "code": self.code,
            "request_id": request_id,
            **{name: _json_fact(fact) for name, fact in self.facts.items()},
        }

    def _detail(self, translator: Translator) -> str:
        facts = {name: _formatted_fact(fact, translator.language) for name, fact in self.facts.items()}
        if isinstance(self.detail, tuple):
            return translator.ngettext(*self.detail, self.facts[self.counted], **facts)
        return translator.gettext(self.detail or self.title, **facts)


def _formatted_fact(fact: Any, language: str) -> object:
    if isinstance(fact, datetime):
        return get_formatter(language, str(fact.tzinfo)).time(fact)
    if isinstance(fact, date):
        return get_formatter(language).date(fact)
    if isinstance(fact, int) and not isinstance(fact, bool):
        return get_formatter(language).number(fact)
    if isinstance(fact, list) and all(isinstance(entry, str) for entry in fact):
        return get_formatter(language).listing(fact)
    return fact


def _json_fact(fact: Any) -> Any:
    if isinstance(fact, datetime):
        return fact.astimezone(UTC)
    return str(fact) if isinstance(fact, UUID) else msgspec.to_builtins(fact)


def all_problems() -> list[type[Problem]]:
    """Every class of problems, in the order of codes. Variants have the code of their base."""
    problems, waiting = list[type[Problem]](), list(Problem.__subclasses__())
    while waiting:
        problem = waiting.pop()
        problems.append(problem)
        waiting += problem.__subclasses__()
    return sorted(problems, key=lambda problem: (problem.code, len(problem.__mro__), problem.__name__))


def known_problems() -> dict[str, type[Problem]]:
    """By code, without variants."""
    return {problem.code: problem for problem in reversed(all_problems())}


class UnsupportedMediaType(Problem):
    code, status = "unsupported_media_type", 415
    title = N_("The body of the request has an unexpected format")
    detail = N_("Send %(supported)s.")
    supported: str
    """The media type of the body."""


class MalformedJson(Problem):
    code, status = "malformed_json", 400
    title = N_("The request is not valid JSON")


class ValidationFailed(Problem):
    code, status = "validation_failed", 422
    title = N_("Please check what you entered")
    errors: list[FieldError]

    def __init__(self, *errors: FieldError) -> None:
        """An error without a detail gets the sentence of its code; a given one is a source text for translation."""
        super().__init__(errors=list(errors))

    def as_dict(self, *, language: str, instance: str, request_id: str) -> dict[str, Any]:
        document = super().as_dict(language=language, instance=instance, request_id=request_id)
        translated = [with_sentence(error, language) for error in self.facts["errors"]]
        return {**document, "errors": msgspec.to_builtins(translated)}


class NotFound(Problem):
    code, status = "not_found", 404
    title = N_("Not found, or you don’t have access")


class MethodNotAllowed(Problem):
    code, status = "method_not_allowed", 405
    title = N_("This address does not take that method")

    def __init__(self, allowed: str = "") -> None:
        """`allowed`: the value of the header `Allow`."""
        super().__init__()
        self.headers = {"Allow": allowed} if allowed else {}


class PayloadTooLarge(Problem):
    code, status = "payload_too_large", 413
    title = N_("The request is too large")


class RequestRefused(Problem):
    """Any other client error of Litestar, with Litestar's status."""

    code, status = "request_refused", 400
    title = N_("The request was refused")

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status  # type: ignore[misc]


class Internal(Problem):
    code, status = "internal", 500
    title = N_("Something went wrong on our side")
    detail = N_("Check whether it was done before you do it again. If it happens again, send us the request ID.")


class Unavailable(Problem):
    code, status = "unavailable", 503
    title = N_("The server cannot answer just now")
    detail = N_("Please try again in a moment.")
    headers: Mapping[str, str] = {"Retry-After": "2"}


class DoneOrNot(Unavailable):
    """A server went away while something was changed: when its answer to the commit is lost, nobody knows."""

    detail = N_("It is not known whether it was done. Check before you do it again.")


class RateLimited(Problem):
    code, status = "rate_limited", 429
    title = N_("Too many requests")
    detail = N_("Please wait a moment and try again.")
    retry_after_seconds: int
    """Seconds to wait, as in `Retry-After`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)
        self.headers = {"Retry-After": str(retry_after_seconds)}
