"""Pages with the sentences of the backend that exist in lists: problems, checks, labels, reasons."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from jinja2 import FileSystemLoader
from polib import POEntry

import backend.app  # noqa: F401 - it loads all problems
from backend.core.problems import all_problems
from frontend.kit.assets import Assets
from frontend.kit.templates import FOLDER, Templates
from i18n.catalogs.entries import key_of, sources
from i18n.catalogs.templates import number_sentences, template_entries
from i18n.translator import get_translator
from tests.strings.specimens.kinds import Component, component_of
from tests.strings.specimens.specimen import Specimen
from tests.strings.specimens.values import NUMBER, values_for

Row = tuple[str, list[str]]


class SpecimenTemplates(Templates):
    @cached_property
    def _loader(self) -> FileSystemLoader:
        return FileSystemLoader([FOLDER, Path(__file__).parent])


def make_lists(assets: Assets, language: str, seen: Container[int]) -> Iterator[Specimen]:
    """A page for each folder and component; of the frontend only what was not `seen`. Needs `is_marking`."""
    templates = SpecimenTemplates(assets, reload=False)
    grouped: defaultdict[tuple[str, Component], list[POEntry]] = defaultdict(list)
    numbers = number_sentences()
    for entry in template_entries():
        file = entry.occurrences[0][0]
        is_new = not file.startswith("frontend/") or numbers[key_of(entry)] not in seen
        if is_new and (component := component_of(file)):
            grouped[str(PurePosixPath(file).parent), component].append(entry)
    for (folder, component), found in sorted(grouped.items()):
        title = f"{folder}: {component}"
        rows = (
            _problems(found, language) if component == "problem" else [(_said(entry, language), []) for entry in found]
        )
        values: dict[str, object] = {"title": title, "component": component, "rows": rows}
        yield Specimen(title, templates.render(language, "page.html", values))


def _problems(found: Iterable[POEntry], language: str) -> list[Row]:
    """A title with the details that problems give below it. A detail of several problems stands at each of them."""
    by_source = {sources(entry): entry for entry in found if not entry.msgctxt}
    rows: dict[str, list[str]] = {}
    used: set[tuple[str, ...]] = set()
    for problem in all_problems():
        title, detail = (problem.title,), problem.detail if isinstance(problem.detail, tuple) else (problem.detail,)
        if title not in by_source:
            continue
        details = rows.setdefault(_said(by_source[title], language), [])
        used.add(title)
        if detail in by_source and (text := _said(by_source[detail], language)) not in details:
            details.append(text)
            used.add(detail)
    rest: list[Row] = [(_said(entry, language), []) for source, entry in by_source.items() if source not in used]
    return [*rows.items(), *rest]


def _said(entry: POEntry, language: str) -> str:
    """With values for its placeholders."""
    translator, (singular, *plural) = get_translator(language), sources(entry)
    values = values_for(" ".join((singular, *plural)))
    if plural:
        return translator.ngettext(singular, plural[0], NUMBER, **values)
    if entry.msgctxt:
        return translator.pgettext(entry.msgctxt, singular, **values)
    return translator.gettext(singular, **values)
