"""Steps of a connection test: sentences are English sources for the catalogs until somebody reads them."""

from collections.abc import Mapping

import msgspec

from backend.core.sentence import Sentence
from backend.messaging.connection_test.schemas import (
    ConnectionTestStep,
    ConnectionTestVerdict,
    StepFacts,
    StepName,
    StepOutcome,
)
from backend.settings.schemas import SettingValue
from i18n.translator import N_

OK, SKIPPED, CONSOLE = "ok", "skipped", "console"
NOT_TRIED = N_("Not tried.")


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
