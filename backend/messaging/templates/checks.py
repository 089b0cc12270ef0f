"""Checks a template before it is saved: its syntax, its variables, its HTML, and how it renders in every sample."""

from collections.abc import Generator, Iterator, Sequence
from typing import Any

from backend.messaging.templates.declaration import MailTemplate
from backend.messaging.templates.faults import (
    OUTPUT_MAX,
    TemplateContent,
    TemplateFault,
    TemplateField,
    TemplateInvalid,
)
from backend.messaging.templates.markup import check_markup
from backend.messaging.templates.render import SAMPLE_BRAND, SAMPLE_PLATFORM, render
from backend.messaging.templates.syntax import parse
from backend.messaging.templates.tree import Node, conditions, value_nodes

ONE_LINE: tuple[TemplateField, ...] = ("subject", "preheader")


def check_content(template: MailTemplate[Any], content: TemplateContent, language: str) -> None:
    """Raises TemplateInvalid with all faults of the source, or else with those of the samples."""
    faults = [*_line_faults(template, content), *_body_faults(template, content.body)]
    faults = faults or list(_sample_faults(template, content, language))
    if faults:
        raise TemplateInvalid(*faults)


def _line_faults(template: MailTemplate[Any], content: TemplateContent) -> Iterator[TemplateFault]:
    for field in ONE_LINE:
        source: str = getattr(content, field)
        if field == "subject" and not source.strip():
            yield TemplateFault(field, "empty", 1, 1)
        elif "\n" in source.strip() or "\r" in source.strip():
            yield TemplateFault(field, "several_lines", 1, 1)
        else:
            nodes = yield from _parsed(field, source)
            yield from _variable_faults(template, field, nodes)
            yield from _address_faults(template, field, nodes, in_text=None)


def _body_faults(template: MailTemplate[Any], source: str) -> Iterator[TemplateFault]:
    if not source.strip():
        yield TemplateFault("body", "empty", 1, 1)
        return
    try:
        nodes = parse("body", source)
    except TemplateInvalid as invalid:
        yield from invalid.faults
        return
    markup = check_markup(source)
    yield from markup.faults
    yield from _variable_faults(template, "body", nodes)
    if not markup.faults:
        yield from _address_faults(template, "body", nodes, markup.in_text)
    named = {node.path for node in value_nodes(nodes)}
    for path in sorted(template.required - named):
        yield TemplateFault("body", "required_missing", 1, 1, path)


def _parsed(field: TemplateField, source: str) -> Generator[TemplateFault, None, Sequence[Node]]:
    try:
        return parse(field, source)
    except TemplateInvalid as invalid:
        yield from invalid.faults
        return []


def _variable_faults(
    template: MailTemplate[Any], field: TemplateField, nodes: Sequence[Node]
) -> Iterator[TemplateFault]:
    used = [(node.path, node.span) for node in value_nodes(nodes)]
    used += [(path, span) for condition, span in conditions(nodes) for path in condition.paths()]
    for path, span in sorted(used, key=lambda pair: pair[1].start):
        if path not in template.variables:
            yield TemplateFault(field, "unknown_variable", span.line, span.column, path)


def _address_faults(
    template: MailTemplate[Any], field: TemplateField, nodes: Sequence[Node], in_text: set[int] | None
) -> Iterator[TemplateFault]:
    """`in_text`: the starts of expressions in text; None when all are."""
    for node in value_nodes(nodes):
        variable = template.variables.get(node.path)
        if variable is None:
            continue
        is_address, is_text = variable.kind.name == "url", in_text is None or node.span.start in in_text
        where = node.span.line, node.span.column
        if is_address and is_text:
            yield TemplateFault(field, "link_as_text", *where, node.path)
        elif not (is_address or is_text):
            yield TemplateFault(field, "text_as_link", *where, node.path)
        elif is_address and node.filters:
            yield TemplateFault(field, "filter_not_allowed", *where, node.filters[0][0])


def _sample_faults(template: MailTemplate[Any], content: TemplateContent, language: str) -> Iterator[TemplateFault]:
    for name, values in template.samples_in(language).items():
        mail = render(template, values, language, content=content, brand=SAMPLE_BRAND, platform_name=SAMPLE_PLATFORM)
        headings = mail.body_html.count("<h1")
        if not mail.subject:
            yield TemplateFault("subject", "empty", 1, 1, sample=name)
        if headings != 1:
            yield TemplateFault("body", "heading_twice" if headings else "heading_missing", 1, 1, sample=name)
        if len(mail.body_html.encode()) > OUTPUT_MAX:
            yield TemplateFault("body", "output_too_long", 1, 1, sample=name)
