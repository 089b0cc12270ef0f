"""What can be wrong with a template, with stable codes and sentences for the person who edits it."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from i18n.translator import N_, get_translator

TemplateField = Literal["subject", "preheader", "body"]
SOURCE_MAX = 32 * 1024
OUTPUT_MAX = 100_000

MESSAGES = {
    "too_long": N_("The text is too long: at most 32 KiB."),
    "output_too_long": N_("The finished email is too large: at most 100 KB."),
    "empty": N_("Write some text."),
    "several_lines": N_("Write it on one line."),
    "syntax": N_("This cannot be read. Variables are written as {{ customer.first_name }}."),
    "nested_too_deeply": N_("There are too many conditions inside each other."),
    "comment": N_("Comments are not possible."),
    "whitespace_control": N_("Write {{ and {% without a minus or plus sign."),
    "statement_not_allowed": N_("“%(name)s” is not possible: only if, elif, else and endif are."),
    "expression_not_allowed": N_("Only variables are possible here, such as {{ customer.first_name }}."),
    "filter_not_allowed": N_("The filter “%(name)s” is not possible: only upper and default(\"text\") are."),
    "unknown_variable": N_("There is no variable “%(name)s”. The list has all of them."),
    "required_missing": N_("“%(name)s” must appear in the text."),
    "link_as_text": N_("“%(name)s” is an address: write it into href, as <a href=\"{{ %(name)s }}\">."),
    "text_as_link": N_("“%(name)s” is no address and cannot stand in href."),
    "value_in_tag": N_("A variable or condition cannot stand inside this tag."),
    "less_than": N_("Write &lt; for a less-than sign."),
    "tag_not_allowed": N_("<%(name)s> is not possible in emails."),
    "attribute_not_allowed": N_("“%(name)s” is not possible here."),
    "not_closed": N_("<%(name)s> is not closed."),
    "not_open": N_("</%(name)s> closes nothing here."),
    "misplaced": N_("<%(name)s> cannot stand here."),
    "unbalanced_branch": N_("A tag must be opened and closed in the same branch of a condition."),
    "link_not_https": N_("Write the whole address, beginning with https://."),
    "link_disguised": N_("An address cannot have a name before its host: leave out what stands before the @."),
    "alt_missing": N_("Describe the picture in alt, for readers who do not see it."),
    "placeholder_typed": N_("“%(name)s” is filled in when the email is sent and cannot be entered: use a variable."),
    "heading_missing": N_("The email needs one <h1>, its heading."),
    "heading_twice": N_("The email has more than one <h1>."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemplateFault:
    field: TemplateField
    code: str
    line: int
    column: int
    name: str = ""
    """The variable, tag, attribute, filter or statement."""
    sample: str = ""
    """The sample for which it happens, if not for all."""

    def sentence(self, language: str) -> str:
        return get_translator(language).gettext(MESSAGES[self.code]).replace("%(name)s", self.name)


class TemplateInvalid(Exception):
    """Raised with at least one fault."""

    def __init__(self, *faults: TemplateFault) -> None:
        super().__init__(", ".join(f"{fault.field}:{fault.line}:{fault.column} {fault.code}" for fault in faults))
        self.faults = faults


class TemplateContent(msgspec.Struct, frozen=True):
    """The sources of a template in one language."""

    subject: str
    preheader: str
    body: str
