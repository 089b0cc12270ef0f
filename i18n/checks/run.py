"""Runs all language checks."""

from pathlib import Path

from jinja2 import TemplateSyntaxError

from i18n.catalogs.paths import ROOT
from i18n.checks.catalogs import catalog_findings
from i18n.checks.code.python import python_findings
from i18n.checks.code.scripts import script_findings
from i18n.checks.code.server import server_findings
from i18n.checks.code.templates import template_findings
from i18n.checks.finding import Finding

UNFINISHED = frozenset({"missing", "fuzzy"})
"""What may be merged and not be released: English stands in for it."""


def check(root: Path = ROOT, *, of_release: bool = False) -> list[Finding]:
    """Empty when no translation is broken and all user-visible text is marked, and for a release nothing is missing."""
    bare = [*template_findings(root), *script_findings(root), *python_findings(root), *server_findings(root)]
    try:
        found = {*bare, *catalog_findings(root)}
    except TemplateSyntaxError:
        # code that does not parse is reported by the template check
        found = set(bare)
    return sorted(finding for finding in found if of_release or finding.kind not in UNFINISHED)
