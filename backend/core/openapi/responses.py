"""Success responses in the document."""

from litestar.openapi.datastructures import ResponseSpec

from backend.core.schemas import Answer


def success(view: type[Answer]) -> ResponseSpec:
    """A success response. Litestar's generated examples are random, so there are none."""
    return ResponseSpec(view, generate_examples=False)


def empty(description: str) -> ResponseSpec:
    """A response without a body. The description says when."""
    return ResponseSpec(None, generate_examples=False, description=description)
