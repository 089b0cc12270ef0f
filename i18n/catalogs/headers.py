"""The header of a catalog: what Orion needs is added, what tools and translators wrote stays."""

import re
from gettext import c2py

from babel import Locale
from babel.messages.plurals import get_plural
from polib import POFile

from i18n.catalogs.audiences import Audience

PLURAL_FORMS = "Plural-Forms"
SYNTAX = re.compile(r"\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+?)\s*;?\s*")
LANGUAGE_CODE = re.compile(r"[a-zA-Z]{2,3}(?![a-zA-Z])")
NUMBERS = range(1001)
METADATA = {
    "Project-Id-Version": "Orion",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
READER_NAMES: dict[Audience, str] = {"customer": "customers", "staff": "staff and owners", "operator": "operators"}
INTRODUCTION = """\
The sentences of Orion that {readers} see{language}.
How they are translated: docs/translating.md"""


def introduction(audience: Audience, language: str | None = None) -> str:
    """The comment at the top of a file."""
    name = f", in {Locale.parse(language).english_name}" if language else ""
    return INTRODUCTION.format(readers=READER_NAMES[audience], language=name)


def empty_template(audience: Audience) -> POFile:
    template = POFile()
    template.header = introduction(audience)
    template.metadata = dict(METADATA)
    return template


def complete_header(catalog: POFile, language: str, audience: Audience) -> None:
    """Idempotent."""
    catalog.header = catalog.header or introduction(audience, language)
    content_type = {"Content-Type": METADATA["Content-Type"]}
    catalog.metadata = METADATA | {"Language": language} | catalog.metadata | content_type
    if not has_plural_forms_of(catalog, language):
        catalog.metadata[PLURAL_FORMS] = plural_forms(language)


def plural_forms(language: str) -> str:
    """By Babel, which takes them from CLDR."""
    plural = get_plural(language)
    return f"nplurals={plural.num_plurals}; plural={plural.plural_expr};"


def has_plural_forms_of(catalog: POFile, language: str) -> bool:
    """Whether its rule chooses the same form for every number, however it is written: `n>1` is `(n > 1)`."""
    written, wanted = (
        SYNTAX.fullmatch(forms) for forms in (catalog.metadata.get(PLURAL_FORMS, ""), plural_forms(language))
    )
    if not written or not wanted or written[1] != wanted[1]:
        return False
    try:
        choose, right = c2py(written[2]), c2py(wanted[2])
    except ValueError:
        return False
    return all(choose(number) == right(number) for number in NUMBERS)


def number_of_forms(language: str) -> int:
    """How many translations a sentence with a plural has."""
    return int(get_plural(language).num_plurals)


def language_of(catalog: POFile) -> str:
    """As its header says, without the country; empty where it does not say."""
    found = LANGUAGE_CODE.match(catalog.metadata.get("Language", "").strip())
    return found.group().lower() if found else ""


def is_first_form_for_zero(language: str) -> bool:
    """As in French: *0 point*."""
    return bool(c2py(get_plural(language).plural_expr)(0) == 0)
