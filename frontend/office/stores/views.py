"""The merchant's stores: which are live, who switched them and when."""

from litestar import Response, get
from litestar.di import NamedDependency

from frontend.api.client import Caller
from frontend.api.features import list_own_features
from frontend.features.page import features_page
from frontend.kit.request import Request


@get("/office/stores", name="office-stores")
async def show_stores(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return features_page(request, await list_own_features(caller))
