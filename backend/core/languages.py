"""The languages in the API: what requests may name, what answers say, texts by language."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from babel import Locale
from msgspec import UNSET, Meta, UnsetType

from backend.core.enums import one_of
from backend.core.schemas import Body
from i18n.locales import LANGUAGES

LanguageName = Annotated[str, one_of("Language", *LANGUAGES)]
"""A language in an answer."""

# A type checker takes no `Literal` of values that are read from a file.
if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]
    """A language in a request."""

*_firsts, _last = [f"`{code}`" for code in LANGUAGES]
LISTED_LANGUAGES = f"{', '.join(_firsts)} or {_last}"
"""For sentences of the API's document: `en`, `fr`, `de` or `lb`."""


def texts_by_language(name: str, text: Any, *, doc: str, each: str) -> type[msgspec.Struct]:
    """A body with an optional `text` per language. `each` describes one of them: `Name in %s.`"""
    fields = [(code, _described(text, each % Locale(code).english_name), UNSET) for code in LANGUAGES]
    return msgspec.defstruct(name, fields, bases=(Body,), namespace={"__doc__": doc}, module=__name__)


def _described(text: Any, description: str) -> Any:
    return Annotated[text, Meta(description=description)] | UnsetType
