"""Steps of a connection test: sentences are English sources for the catalogs until somebody reads them."""

from collections.abc import Mapping
from datetime import date

import msgspec

from backend.messaging.connection_test.schemas import (
    ConnectionTestStep,
    ConnectionTestVerdict,
    StepFacts,
    StepName,
    StepOutcome,
)
from backend.settings.schemas import SettingValue
from i18n.formatting import get_formatter
from i18n.translator import N_, get_translator

OK, SKIPPED, CONSOLE = "ok", "skipped", "console"
DAY, DAYS = "day", "days"
NOT_TRIED = N_("Not tried.")


class Sentence(msgspec.Struct, frozen=True):
    """`text` names its values as `%(name)s`. `day` is an ISO date; numbers are grouped, unless they are given as text.

    A pair is singular and plural; the value `days` chooses.
    """

    text: str | tuple[str, str]
    values: Mapping[str, str | int] = {}

    def in_language(self, language: str) -> str:
        translator = get_translator(language)
        values = {name: _formatted(name, value, language) for name, value in self.values.items()}
        if isinstance(self.text, tuple):
            return translator.ngettext(*self.text, int(self.values[DAYS]), **values)
        return translator.gettext(self.text, **values)


def _formatted(name: str, value: str | int, language: str) -> str:
    formatter = get_formatter(language)
    if name == DAY:
        return formatter.date(date.fromisoformat(str(value)))
    return formatter.number(value) if isinstance(value, int) else value


def say(text: str | tuple[str, str], /, **values: str | int) -> Sentence:
    return Sentence(text, values)


class Passed(msgspec.Struct, frozen=True):
    """A step that did not fail. `outcome` is `skipped` when there was nothing to do."""

    sentence: Sentence
    facts: StepFacts = msgspec.field(default_factory=StepFacts)
    outcome: StepOutcome = "ok"


class StepFailed(Exception):
    """`remedy` says what to do; `suggestion` is the same as settings."""

    def __init__(
        self,
        code: str,
        sentence: Sentence,
        remedy: Sentence | None = None,
        *,
        suggestion: Mapping[str, SettingValue] | None = None,
        facts: StepFacts | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.sentence, self.remedy = code, sentence, remedy
        self.suggestion = dict(suggestion or {})
        self.facts = facts or StepFacts()


class StepResult(msgspec.Struct, frozen=True):
    name: StepName
    outcome: StepOutcome
    code: str
    sentence: Sentence
    milliseconds: int | None = None
    facts: StepFacts = msgspec.field(default_factory=StepFacts)

    def view(self, language: str) -> ConnectionTestStep:
        sentence = self.sentence.in_language(language)
        return ConnectionTestStep(self.name, self.outcome, self.code, sentence, self.milliseconds, self.facts)


class Verdict(msgspec.Struct, frozen=True):
    code: str
    sentences: list[Sentence]
    failed_step: StepName | None = None
    suggestion: dict[str, SettingValue] = {}

    @property
    def is_ok(self) -> bool:
        return self.code == OK

    def view(self, language: str) -> ConnectionTestVerdict:
        return ConnectionTestVerdict(self.is_ok, self.code, self.failed_step, self.text(language), self.suggestion)

    def text(self, language: str) -> str:
        return " ".join(sentence.in_language(language) for sentence in self.sentences)
