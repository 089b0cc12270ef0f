"""An administrator switches features, at a store or for the whole merchant; `loyalty` lets a store go live."""

from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from backend.merchants.features.schemas import FeatureSwitchBody
from frontend.admin.merchants.details import PATH
from frontend.admin.merchants.views import MERCHANTS
from frontend.api.client import Caller
from frontend.api.features import list_features, switch_feature
from frontend.api.merchants import get_merchant
from frontend.api.responses import BackendProblem
from frontend.features.page import features_page
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

STALE = 412
SWITCHES = {"on": True, "off": False, "inherited": None}


@get(f"{PATH}/features", name="admin-features")
async def show_features(request: Request, caller: NamedDependency[Caller], code: FromPath[str]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    return await _page(request, caller, code, done=read_query(request).text("done"))


@post(f"{PATH}/features/{{feature:str}}")
async def take_switch(
    request: Request, caller: NamedDependency[Caller], code: FromPath[str], feature: FromPath[str]
) -> Response[str]:
    form = await read_form(request)
    to = form.text("to")
    if to not in SWITCHES:
        raise NotFoundException
    body, store_id = FeatureSwitchBody(SWITCHES[to]), _store_id(form)
    try:
        await switch_feature(caller, code, feature, body, store_id=store_id, version=version_of(form))
    except BackendProblem as problem:
        if problem.status != STALE:
            raise
        sentence = N_("%(name)s has changed this meanwhile. Nothing of yours was saved.")
        text = get_translator(language_of(request)).gettext(sentence, name=saved_by(request, problem))
        return await _page(request, caller, code, status=STALE, refused=text)
    return redirect(request, f"{MERCHANTS}/{quote(code, safe='')}/features?done={to}")


async def _page(
    request: Request, caller: Caller, code: str, *, status: int = 200, done: str = "", refused: str = ""
) -> Response[str]:
    merchant, features = await get_merchant(caller, code), await list_features(caller, code)
    back = f"{MERCHANTS}/{merchant.code}"
    return features_page(
        request,
        features,
        merchant=merchant,
        path=f"{back}/features",
        back=back,
        status=status,
        done=done,
        refused=refused,
    )


def _store_id(form: Form) -> UUID | None:
    """None: for the merchant. Raises NotFoundException."""
    text = form.optional("store_id")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFoundException from error
