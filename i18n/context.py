"""A sentence with its context in one string, as gettext's own catalogs have it."""

GLUE = "\x04"


def with_context(context: str, message: str) -> str:
    """The key of both, which is translated as any other sentence."""
    return f"{context}{GLUE}{message}"


def without_context(message: str) -> str:
    """The English sentence of a key."""
    return message.rpartition(GLUE)[2]


def split_key(message: str) -> tuple[str, str | None]:
    """The English sentence of a key, and its context if it has one."""
    context, glue, text = message.rpartition(GLUE)
    return text, context if glue else None
