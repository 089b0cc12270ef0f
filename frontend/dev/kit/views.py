from litestar import Response, get

from frontend.kit.pages import page
from frontend.kit.passes import PassValues, faces_of
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

PASS = PassValues(
    merchant="Fashion Group",
    card_name="Fashion Club",
    color="#0F5C4B",
    type="hybrid",
    points=460,
    stamp_count=6,
    stamps_target=10,
    stamp_reward="Espresso",
    customer="Marie Weber",
    code="BDFHKLNPRSTVXGCJ",
)


@get("/_kit")
async def show_kit(request: Request) -> Response[str]:
    """Every component in every state, for review, screenshots and accessibility tests."""
    return page(request, "dev/kit/page.html", faces=faces_of(PASS, language_of(request)))
