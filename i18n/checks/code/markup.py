"""A template's markup without Jinja's output."""

from collections.abc import Callable, Iterator

from jinja2 import Environment

VALUE = "0"


def bare_markup(env: Environment, source: str, text_of: Callable[[str], str] = lambda _: VALUE) -> str:
    """The text outside Jinja's tags and outside `{% trans %}`; line numbers are kept.

    A value becomes `0`, or what `text_of` makes of its expression, or `x` where it names a tag, so that the surrounding
    markup can still be parsed.
    """
    text = ""
    for line, piece in _pieces(env, source, text_of):
        missing_lines = line - 1 - text.count("\n")
        text += "\n" * missing_lines
        text += "x" if piece == VALUE and text.endswith(("<", "</")) else piece
    return text


def _pieces(env: Environment, source: str, text_of: Callable[[str], str]) -> Iterator[tuple[int, str]]:
    is_translated, awaits_keyword, expression, begun = False, False, list[str](), 0
    for line, kind, value in env.lex(source):
        if kind == "block_begin":
            awaits_keyword = True
        elif awaits_keyword and kind == "name":
            awaits_keyword = False
            is_translated = value == "trans" or (is_translated and value != "endtrans")
        elif kind == "variable_begin":
            expression, begun = [], line
        elif kind == "variable_end" and not is_translated:
            yield begun, text_of("".join(expression))
        elif kind == "data" and not is_translated:
            yield line, value
        else:
            expression.append(value)
