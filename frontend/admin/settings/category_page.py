"""Renders the page of a category, for the views that show it."""

from collections.abc import Mapping, Sequence

from litestar import Response

from backend.messaging.connection_test.schemas import ConnectionTestStep, ConnectionTestVerdict, LastConnectionTest
from backend.settings.schemas import SettingCategory, SettingDifference
from frontend.admin.settings.form import form_of, without_secrets
from frontend.admin.settings.labels import CATEGORIES
from frontend.admin.settings.messages import SettingMessages
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

STEP_NAMES = ("DNS", "TCP", "TLS", "AUTH", "SEND")


def category_page(
    request: Request,
    category: SettingCategory,
    form: Form | None = None,
    *,
    status: int = 200,
    saved: str = "",
    differences: Sequence[SettingDifference] | None = None,
    stale: str = "",
    moved: Mapping[str, tuple[str, str]] | None = None,
    last: LastConnectionTest | None = None,
    steps: Sequence[ConnectionTestStep] = (),
    verdict: ConnectionTestVerdict | None = None,
    suggested: Sequence[str] | None = None,
) -> Response[str]:
    """`differences`: what saving would change; None before the form was sent. `stale`: who has saved in between.

    `moved`: what they have changed. `suggested`: keys of the only rows to render. Secrets that were entered are not in
    the page: a browser with JavaScript keeps them in their fields, otherwise they have to be entered again.
    """
    form = form or form_of(category)
    return page(
        request,
        "admin/settings/page.html" if suggested is None else "admin/settings/suggested.html",
        status=status,
        category=category,
        categories=CATEGORIES,
        form=form,
        messages=SettingMessages(language_of(request)),
        settings={setting.key: setting for setting in category.settings},
        secrets=without_secrets(form, category),
        saved=saved,
        differences=differences,
        stale=stale,
        moved=moved or {},
        last=last,
        steps=steps,
        step_names=STEP_NAMES,
        verdict=verdict,
        suggested=suggested or [],
    )
