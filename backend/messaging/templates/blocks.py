"""The blocks of a declared email, and the source of a template that they are composed to.

Sentences are marked with `N_()`. In the composed source a placeholder is the expression of its variable, so that
`%(merchant)s` has become `{{ merchant.name }}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

from i18n.translator import N_, PN_, get_translator

NAMED = N_("Hello %(name)s,")
# NOTE: at the beginning of an email to somebody whose name is not known
UNNAMED = PN_("greeting", "Hello,")
ADD_TO = N_("Add to %(wallet)s")


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes sentences in one language."""

    language: str
    placeholders: Mapping[str, str]

    def plain(self, sentence: str) -> str:
        return self._filled(get_translator(self.language).gettext(sentence))

    def html(self, sentence: str) -> str:
        return self._filled(escape(get_translator(self.language).gettext(sentence), quote=False))

    def _filled(self, text: str) -> str:
        expressions = {name: f"{{{{ {path} }}}}" for name, path in self.placeholders.items()}
        return text % expressions if "%(" in text else text


class Block(Protocol):
    @property
    def sentences(self) -> Sequence[str]: ...

    def source(self, composer: Composer) -> str: ...


@dataclass(frozen=True, slots=True)
class Heading:
    """The one heading of the email."""

    sentence: str

    @property
    def sentences(self) -> Sequence[str]:
        return [self.sentence]

    def source(self, composer: Composer) -> str:
        return f"<h1>{composer.html(self.sentence)}</h1>"


@dataclass(frozen=True, slots=True)
class Greeting:
    """Greets by the name in the variable `name`, or without one when it is empty."""

    name: str

    @property
    def sentences(self) -> Sequence[str]:
        return []

    def source(self, composer: Composer) -> str:
        named = Composer(composer.language, {"name": self.name}).html(NAMED)
        return f"<p>{{% if {self.name} %}}{named}{{% else %}}{composer.html(UNNAMED)}{{% endif %}}</p>"


@dataclass(frozen=True, slots=True)
class Paragraph:
    sentence: str

    @property
    def sentences(self) -> Sequence[str]:
        return [self.sentence]

    def source(self, composer: Composer) -> str:
        return f"<p>{composer.html(self.sentence)}</p>"


@dataclass(frozen=True, slots=True)
class Highlight:
    """What the reader looks for, large and centered: an amount, a code."""

    sentence: str

    @property
    def sentences(self) -> Sequence[str]:
        return [self.sentence]

    def source(self, composer: Composer) -> str:
        return f'<p class="highlight">{composer.html(self.sentence)}</p>'


@dataclass(frozen=True, slots=True)
class Steps:
    """A numbered list."""

    sentences: Sequence[str]

    def source(self, composer: Composer) -> str:
        items = "\n".join(f"<li>{composer.html(sentence)}</li>" for sentence in self.sentences)
        return f"<ol>\n{items}\n</ol>"


@dataclass(frozen=True, slots=True)
class Button:
    """A link to the address in the variable `url`."""

    label: str
    url: str

    @property
    def sentences(self) -> Sequence[str]:
        return [self.label]

    def source(self, composer: Composer) -> str:
        return f'<p><a class="button" href="{{{{ {self.url} }}}}">{composer.html(self.label)}</a></p>'


@dataclass(frozen=True, slots=True)
class Link:
    """A line of small print that opens the address in the variable `url`."""

    label: str
    url: str

    @property
    def sentences(self) -> Sequence[str]:
        return [self.label]

    def source(self, composer: Composer) -> str:
        return f'<p class="note"><a href="{{{{ {self.url} }}}}">{composer.html(self.label)}</a></p>'


@dataclass(frozen=True, slots=True)
class WalletButton:
    """A link with the official text of a wallet; nothing when the variable `url` has no value."""

    wallet: str
    url: str

    @property
    def sentences(self) -> Sequence[str]:
        return []

    def source(self, composer: Composer) -> str:
        label = escape(get_translator(composer.language).gettext(ADD_TO, wallet=self.wallet), quote=False)
        link = f'<p><a class="wallet" href="{{{{ {self.url} }}}}">{label}</a></p>'
        return f"{{% if {self.url} %}}\n{link}\n{{% endif %}}"


@dataclass(frozen=True, slots=True)
class SmallPrint:
    """Small print at the end."""

    sentence: str

    @property
    def sentences(self) -> Sequence[str]:
        return [self.sentence]

    def source(self, composer: Composer) -> str:
        return f'<p class="note">{composer.html(self.sentence)}</p>'


@dataclass(frozen=True, slots=True)
class When:
    """Blocks that are shown only if the variable has a value, and those in their place if it has none."""

    variable: str
    blocks: Sequence[Block]
    otherwise: Sequence[Block] = ()

    @property
    def sentences(self) -> Sequence[str]:
        return [sentence for block in (*self.blocks, *self.otherwise) for sentence in block.sentences]

    def source(self, composer: Composer) -> str:
        otherwise = f"{{% else %}}\n{compose(self.otherwise, composer)}\n" if self.otherwise else ""
        return f"{{% if {self.variable} %}}\n{compose(self.blocks, composer)}\n{otherwise}{{% endif %}}"


def compose(blocks: Sequence[Block], composer: Composer) -> str:
    """The source of a body, one block a line."""
    return "\n".join(block.source(composer) for block in blocks)


WALLET_BUTTONS: Sequence[Block] = (
    WalletButton("Google Wallet", "wallet.google_url"),
    WalletButton("Apple Wallet", "wallet.apple_url"),
)
"""For templates with the facts `wallet`."""
