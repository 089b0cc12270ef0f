"""The preview of a return: whose receipt it is and what would be returned."""

from litestar import Response

from backend.loyalty.ledger.schemas.returns import OrderPreview
from frontend.api.client import Caller
from frontend.api.till import get_till
from frontend.kit.forms import Form
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.till.returns.messages import ReturnMessages
from frontend.till.screen import till_page
from frontend.till.today.screen import reasons_of


async def return_screen(
    request: Request, caller: Caller, preview: OrderPreview, form: Form, *, status: int = 200
) -> Response[str]:
    """`form` is the search form, or the return form with its errors."""
    view = await get_till(caller)
    messages = ReturnMessages(language_of(request), view.program.timezone)
    return till_page(
        request,
        view,
        "till/returns/page.html",
        address="/till/today",
        status=status,
        preview=preview,
        form=form,
        messages=messages,
        reasons=reasons_of(messages.translator),
    )
