"""Where the catalogs and their templates lie: for each language one file per audience."""

from pathlib import Path

from i18n.catalogs.audiences import AUDIENCES, Audience

ROOT = Path(__file__).parents[2]


def template_path(audience: Audience, root: Path = ROOT) -> Path:
    return root / "i18n" / f"{audience}.pot"


def catalog_path(language: str, audience: Audience, root: Path = ROOT) -> Path:
    """Where gettext tools expect it; the audience is the domain."""
    return root / "i18n" / language / "LC_MESSAGES" / f"{audience}.po"


def catalog_paths(language: str, root: Path = ROOT) -> list[Path]:
    return [catalog_path(language, audience, root) for audience in AUDIENCES]
