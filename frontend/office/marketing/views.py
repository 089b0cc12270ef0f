"""The page on which an owner chooses the marketing emails that are sent."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from backend.loyalty.marketing.schemas import DAYS_MAX, DAYS_MIN, MarketingPlanChange, MarketingPlanDetail
from frontend.api.client import Caller
from frontend.api.marketing import change_plan, get_plan
from frontend.api.responses import BackendProblem
from frontend.kit.fields import Fields, shown, version_of
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from i18n.translator import N_, get_translator

MARKETING = "/office/marketing"
STALE, UNPROCESSABLE = 412, 422


@get(MARKETING, name="office-marketing")
async def show_marketing(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    plan = await get_plan(caller)
    return _page(request, plan, _form_of(plan), has_saved="saved" in request.query_params)


@post(MARKETING)
async def take_marketing(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = await read_form(request)
    days = Fields(form, language_of(request)).number("reengagement_days", DAYS_MIN, DAYS_MAX, is_optional=True)
    if form.errors:
        return _page(request, await get_plan(caller), form, status=UNPROCESSABLE)
    change = MarketingPlanChange(bool(form.text("sends_birthday_emails")), days)
    try:
        await change_plan(caller, change, version=version_of(form))
    except BackendProblem as problem:
        if problem.status != STALE:
            raise
        return await _stale(request, caller, form, problem)
    return redirect(request, f"{MARKETING}?saved")


async def _stale(request: Request, caller: Caller, form: Form, problem: BackendProblem) -> Response[str]:
    """Shows what somebody else has saved; saving again overwrites it."""
    plan, say = await get_plan(caller), get_translator(language_of(request)).gettext
    form.fields["version"] = str(plan.version)
    who = str(problem.facts.get("changed_by") or say(N_("Somebody else")))
    return _page(request, plan, form, status=STALE, stale=who)


def _form_of(plan: MarketingPlanDetail) -> Form:
    return Form(
        {
            "version": str(plan.version),
            "sends_birthday_emails": "on" if plan.sends_birthday_emails else "",
            "reengagement_days": shown(plan.reengagement_days),
        }
    )


def _page(
    request: Request,
    plan: MarketingPlanDetail,
    form: Form,
    *,
    status: int = 200,
    stale: str = "",
    has_saved: bool = False,
) -> Response[str]:
    return page(
        request,
        "office/marketing/page.html",
        status=status,
        plan=plan,
        form=form,
        stale=stale,
        has_saved=has_saved,
        days=(DAYS_MIN, DAYS_MAX),
    )
