"""What the API shows of templates."""

from collections.abc import Mapping
from typing import Any, Literal

from backend.messaging.template_editing.models import (
    EmailTemplate,
    EmailTemplateOverride,
    EmailTemplateOverrideVersion,
    EmailTemplateVersion,
)
from backend.messaging.template_editing.queries import stored_text
from backend.messaging.template_editing.rules import has_newer_default, is_edited, state_of
from backend.messaging.template_editing.schemas.templates import (
    OwnTemplateCoverage,
    TemplateCoverage,
    TemplateVariableView,
)
from backend.messaging.template_editing.schemas.texts import TemplateVersionView
from backend.messaging.templates.declaration import MailTemplate, TemplateVariable, value_of
from backend.messaging.templates.render import SAMPLE_PLATFORM, default_content
from i18n.locales import LANGUAGES, SOURCE_LANGUAGE
from i18n.translator import get_translator

EXAMPLE = "new"
Field = Literal["subject", "preheader", "body"]
FIELDS: tuple[Field, ...] = ("subject", "preheader", "body")


def info(template: MailTemplate[Any], reader: str) -> dict[str, Any]:
    """The fields of `TemplateInfo`, in the reader's language."""
    _ = get_translator(reader).gettext
    return {
        "code": template.code,
        "name": _(template.name),
        "occasion": _(template.occasion),
        "kind": template.kind,
        "category": template.category,
    }


def coverage(template: MailTemplate[Any], rows: Mapping[tuple[str, str], EmailTemplate]) -> list[TemplateCoverage]:
    """The platform's text in every language."""
    texts = {language: stored_text(rows.get((template.code, language))) for language in LANGUAGES}
    shown = []
    for language, text in texts.items():
        row = rows.get((template.code, language))
        shown.append(
            TemplateCoverage(
                language=language,
                state=state_of(language, text, texts[SOURCE_LANGUAGE]),
                is_edited=text is not None and is_edited(text),
                has_newer_default=text is not None and has_newer_default(text, default_content(template, language)),
                version=row.version if row else 0,
                saved_at=row.saved_at if row else None,
                saved_by=row.saved_by if row else None,
            )
        )
    return shown


def own_coverage(
    template: MailTemplate[Any],
    rows: Mapping[tuple[str, str], EmailTemplate],
    overrides: Mapping[tuple[str, str], EmailTemplateOverride],
) -> list[OwnTemplateCoverage]:
    """A merchant's text in every language."""
    shown = []
    for language in LANGUAGES:
        row, override = rows.get((template.code, language)), overrides.get((template.code, language))
        own = own_fields(override)
        is_older = override is not None and bool(own) and override.platform_version < (row.version if row else 0)
        shown.append(
            OwnTemplateCoverage(
                language=language,
                own=own,
                platform_changed=is_older,
                version=override.version if override else 0,
                saved_at=override.saved_at if override else None,
                saved_by=override.saved_by if override else None,
            )
        )
    return shown


def own_fields(override: EmailTemplateOverride | None) -> list[Field]:
    return [name for name in FIELDS if getattr(override, name, None) is not None]


def variables(template: MailTemplate[Any], language: str, reader: str) -> list[TemplateVariableView]:
    """With examples in the language of the text, and meanings in the reader's."""
    return [_variable(template, variable, language, reader) for variable in template.variables.values()]


def version_view(
    row: EmailTemplateVersion | EmailTemplateOverrideVersion,
) -> TemplateVersionView:
    return TemplateVersionView(row.version, row.subject, row.preheader, row.body, row.saved_at, row.saved_by)


def _variable(
    template: MailTemplate[Any], variable: TemplateVariable, language: str, reader: str
) -> TemplateVariableView:
    value = value_of(template.samples_in(language)[EXAMPLE], variable.path, SAMPLE_PLATFORM)
    return TemplateVariableView(
        name=variable.path,
        kind=variable.kind.name,
        meaning=get_translator(reader).gettext(variable.meaning),
        example="" if value is None else variable.kind.show(value, language),
        is_required=variable.path in template.required,
        may_be_empty=variable.is_optional,
    )
