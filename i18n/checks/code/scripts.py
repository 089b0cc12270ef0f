"""Finds user-visible text in browser scripts. It belongs in `data-*` attributes, where the page translates it."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.jslexer import Token, tokenize

from i18n.checks.code.wording import is_label
from i18n.checks.finding import Finding, shortened

SCRIPTS = "frontend/static/js"
TEXTS = frozenset({"string", "template_string"})
# Texts that are thrown or logged are for developers.
UNREAD_CALL = re.compile(r"console\.\w+|\w*Error")
INSERTED = re.compile(r"\$\{[^}]*\}")


def script_findings(root: Path) -> Iterator[Finding]:
    """A heuristic on the form of each string literal."""
    for path in sorted((root / SCRIPTS).rglob("*.js")):
        where = path.relative_to(root).as_posix()
        for token in _shown(path.read_text(encoding="utf-8")):
            text = shortened(token.value[1:-1])
            yield Finding(f"{where}:{token.lineno}", "script_text", f"“{text}” belongs in a data-* attribute")


def _shown(script: str) -> Iterator[Token]:
    call = ""
    for token in tokenize(script, jsx=False):
        if token.type in {"name", "dotted_name"}:
            call = token.value
        elif token.value in {";", ")"}:
            call = ""
        elif token.type in TEXTS and not UNREAD_CALL.fullmatch(call) and is_label(_words(token)):
            yield token


def _words(token: Token) -> str:
    return INSERTED.sub("", token.value[1:-1])
