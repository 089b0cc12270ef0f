"""The explanation of a balance: inside the open card for htmx, as its own page otherwise."""

import asyncio
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.explanations import explain_card
from frontend.api.responses import BackendUnavailable
from frontend.api.till import get_till
from frontend.kit.pages import is_htmx, page
from frontend.kit.request import Request
from frontend.till.screen import till_page


@get("/till/cards/{card_id:uuid}/explanation", name="explanation")
async def show_explanation(request: Request, caller: NamedDependency[Caller], card_id: FromPath[UUID]) -> Response[str]:
    if is_htmx(request):
        return await _part(request, caller, card_id)
    view, explanation = await asyncio.gather(get_till(caller, card_id), explain_card(caller, card_id))
    return till_page(request, view, "till/explanation/page.html", explanation=explanation)


async def _part(request: Request, caller: Caller, card_id: UUID) -> Response[str]:
    """Without an answer the part shows a note, and the card around it stays."""
    try:
        explanation = await explain_card(caller, card_id)
    except BackendUnavailable:
        explanation = None
    return page(request, "till/explanation/part.html", explanation=explanation, card_id=card_id)
