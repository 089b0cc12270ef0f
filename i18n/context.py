"""A sentence with its context in one string, as gettext's own catalogs have it."""

GLUE = "\x04"


def with_context(context: str, message: str) -> str:
    """The key of both, which is translated as any other sentence."""
    return f"{context}{GLUE}{message}"


def without_context(message: str) -> str:
    """The English sentence of a key."""
    return message.rpartition(GLUE)[2]
