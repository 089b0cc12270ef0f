"""Runs all language checks."""

from pathlib import Path

from jinja2 import TemplateSyntaxError

from i18n.catalogs import ROOT
from i18n.checks.catalogs import catalog_findings
from i18n.checks.finding import Finding
from i18n.checks.python import python_findings
from i18n.checks.scripts import script_findings
from i18n.checks.server import server_findings
from i18n.checks.templates import template_findings


def check(root: Path = ROOT) -> list[Finding]:
    """Empty when all shipped languages are complete and all user-visible text is marked."""
    bare = [*template_findings(root), *script_findings(root), *python_findings(root), *server_findings(root)]
    try:
        return sorted({*bare, *catalog_findings(root)})
    except TemplateSyntaxError:
        # code that does not parse is reported by the template check
        return sorted(set(bare))
