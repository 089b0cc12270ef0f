"""Renders the features of a merchant: what is on where, who switched it and when."""

from litestar import Response

from backend.administration.schemas.merchants import MerchantDetail
from backend.merchants.features.schemas import FeatureList
from frontend.features.messages import FeatureMessages
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request


def features_page(
    request: Request,
    features: FeatureList,
    *,
    merchant: MerchantDetail | None = None,
    path: str = "",
    back: str = "",
    status: int = 200,
    done: str = "",
    refused: str = "",
) -> Response[str]:
    """`merchant`: on the page where an administrator moves the switches. `path`: where the switches send to."""
    messages = FeatureMessages(language_of(request))
    return page(
        request,
        "features/page.html",
        status=status,
        features=features.features,
        merchant=merchant,
        path=path,
        back=back,
        done=messages.done(done),
        refused=refused,
        messages=messages,
    )
