"""Rendering shared by all customer pages."""

from litestar import Response

from frontend.kit.csrf import csrf_token, is_own_account
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request


def customer_page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    store_name: str | None = None,
    brand: str | None = None,
    **values: object,
) -> Response[str]:
    """`brand` is the URL of the style sheet with the merchant's color (`kit/brand_color.py`); by default the page is
    neutral.
    """
    facts: dict[str, object] = {
        "store_name": store_name,
        "brand": brand,
        "action": kept_language(request, request.url.path),
        "csrf_token": csrf_token(request, is_of_customer=is_own_account(request)),
    }
    return page(request, template, status=status, headers=None, **facts, **values)


def kept_language(request: Request, path: str) -> str:
    """Keeps a language set by the address or the store. A language guessed from the browser is guessed again."""
    is_kept = "lang" in request.query_params or request.state.get("is_learned")
    return f"{path}?lang={language_of(request)}" if is_kept else path
