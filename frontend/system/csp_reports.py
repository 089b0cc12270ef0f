"""Reports of content security policy violations. Anybody may send them, and their URLs may contain card tokens."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PER_MINUTE = 20
WORD_MAX = 60
KINDS = ("inline", "eval", "wasm-eval", "data", "blob", "self")
"""Values of the blocked URL that are keywords instead of addresses."""


@dataclass(slots=True)
class ReportLimit:
    """Limits the logged reports per minute and process, so that nobody can fill the disk."""

    now: Callable[[], float] = time.monotonic
    _since: float = field(default=float("-inf"))
    _count: int = 0

    def allows(self) -> bool:
        moment = self.now()
        if moment - self._since >= 60:  # noqa: PLR2004 - a minute
            self._since, self._count = moment, 0
        self._count += 1
        return self._count <= PER_MINUTE


def violations_of(body: bytes) -> Iterator[dict[str, str]]:
    """Rule, page and blocked site of each report. Addresses are reduced to the part that identifies no card."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return
    for report in sent if isinstance(sent, list) else [sent]:
        if isinstance(report, dict):
            violation = report.get("csp-report", report.get("body"))
            if isinstance(violation, dict):
                yield _summary(violation)


def _summary(report: dict[str, Any]) -> dict[str, str]:
    return {
        "rule": _word(report.get("effectiveDirective") or report.get("effective-directive")),
        "page": _page(report.get("documentURL") or report.get("document-uri")),
        "blocked": _site(report.get("blockedURL") or report.get("blocked-uri")),
    }


def _word(value: object) -> str:
    return "".join(sign for sign in str(value or "") if sign.isalpha() or sign == "-")[:WORD_MAX]


def _page(address: object) -> str:
    """The first segment of the path: the rest may be a card token."""
    return "/" + _word(_split(address)[1].lstrip("/").partition("/")[0])


def _site(address: object) -> str:
    site, path = _split(address)
    return (site or (path if path in KINDS else ""))[:WORD_MAX]


def _split(address: object) -> tuple[str, str]:
    try:
        parts = urlsplit(str(address or ""))
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path
