"""What a template of an email declares.

To add one, write a file in `catalog/` and nothing else; `catalog/loyalty_enrollment.py` is the one to copy. It has

1. structs of facts (`Facts`), whose fields are the variables: a kind from `kinds.py`, and a sentence that says what it
   means. `facts.py` has those that several templates share. A field that may be missing is `| None`;
2. the struct of all facts of the email (`MailValues`), which is what its sender fills;
3. the `MailTemplate`: texts as `N_()` sentences with `%(name)s` placeholders, and `placeholders`, which says for each
   the variable it stands for. An editor sees the variable as `{{ customer.first_name }}`.

`sample` makes the values for one of the four people of `samples.py`, in their language. Senders call
`queue_mail(session, merchant_id, LOYALTY_ENROLLMENT, EnrollmentValues(…), …)`; mypy checks that they belong together.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from backend.messaging.templates.blocks import Block
from backend.messaging.templates.kinds import Text, ValueKind
from backend.messaging.templates.samples import PEOPLE, SamplePerson
from i18n.translator import N_

MailKind = Literal["transactional", "marketing"]
TemplateCategory = Literal["loyalty", "account", "operations"]
PLATFORM_NAME = "platform.name"
"""A variable of every template. Its value is a setting."""


class Facts(msgspec.Struct, frozen=True):
    """Variables about one thing: `card.code` is the field `code` of the facts `card`."""


class MailValues(msgspec.Struct, frozen=True):
    """All facts of an email. Every field is a struct of facts."""


ValuesT = TypeVar("ValuesT", bound=MailValues)


@dataclass(frozen=True, slots=True)
class TemplateVariable:
    path: str
    kind: ValueKind
    meaning: str
    """A sentence to be translated."""
    is_optional: bool


@dataclass(frozen=True, slots=True)
class MailTemplate(Generic[ValuesT]):
    code: str
    name: str
    occasion: str
    """When it is sent."""
    category: TemplateCategory
    values: type[ValuesT]
    sample: Callable[[SamplePerson], ValuesT]
    subject: str
    preheader: str
    """What a list of emails shows beside the subject."""
    blocks: Sequence[Block]
    reason: str
    """Why the reader gets it, in the footer."""
    placeholders: Mapping[str, str]
    """The variable for each placeholder of the sentences."""
    required: frozenset[str]
    """Variables that every version of the text must contain."""
    kind: MailKind = "transactional"
    variables: Mapping[str, TemplateVariable] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", variables_of(self.values) | {PLATFORM_NAME: PLATFORM_VARIABLE})
        unknown = {*self.placeholders.values(), *self.required} - self.variables.keys()
        assert not unknown, f"{self.code} has no variables {unknown}"

    def samples_in(self, language: str) -> dict[str, ValuesT]:
        """By person."""
        return {name: self.sample(replace(person, language=language)) for name, person in PEOPLE.items()}


def variables_of(values: type[MailValues]) -> dict[str, TemplateVariable]:
    """By path, in the order of declaration."""
    return {
        f"{group}.{name}": _variable(f"{group}.{name}", hint)
        for group, facts in get_type_hints(values).items()
        for name, hint in get_type_hints(facts, include_extras=True).items()
    }


def value_of(values: MailValues, path: str, platform_name: str) -> Any:
    if path == PLATFORM_NAME:
        return platform_name
    group, name = path.split(".")
    return getattr(getattr(values, group), name)


def _variable(path: str, hint: Any) -> TemplateVariable:
    """`hint`: `Annotated[Kind, "meaning"]` or `Annotated[Kind | None, "meaning"]`."""
    assert get_origin(hint) is Annotated, f"{path} has no meaning"
    *metadata, meaning = hint.__metadata__
    options = get_args(hint.__origin__) if isinstance(hint.__origin__, types.UnionType) or not metadata else ()
    kinds = metadata or [mark for option in options if option is not type(None) for mark in option.__metadata__]
    (kind,) = kinds
    return TemplateVariable(path, kind, meaning, is_optional=type(None) in options)


PLATFORM_VARIABLE = _variable(PLATFORM_NAME, Annotated[Text, N_("The name of the platform")])
