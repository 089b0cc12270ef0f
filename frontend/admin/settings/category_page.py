"""Renders the page of a category, for the views that show it."""

from collections.abc import Mapping, Sequence

from litestar import Response

from backend.messaging.connection_test.schemas import (
    STEP_NAMES,
    ConnectionTestStep,
    ConnectionTestVerdict,
    LastConnectionTest,
)
from backend.settings.schemas import SettingCategory, SettingDifference
from frontend.admin.settings.categories import CATEGORIES
from frontend.admin.settings.form import form_of, without_secrets
from frontend.admin.settings.messages import SettingMessages
from frontend.kit.forms import Form
from frontend.kit.pages import page
from frontend.kit.preferences import language_of
from frontend.kit.request import Request


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
) -> Response[str]:
    """`differences`: what saving would change; None before the form was sent. `stale`: who has saved in between.

    `moved`: what they have changed. Secrets that were entered are not in the page: a browser with JavaScript keeps them
    in their fields, otherwise they have to be entered again.
    """
    form = form or form_of(category)
    return page(
        request,
        "admin/settings/page.html",
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
    )


def suggested_rows(request: Request, category: SettingCategory, form: Form, keys: Sequence[str]) -> Response[str]:
    """Replaces the rows of these settings on the page."""
    return page(
        request,
        "admin/settings/suggested.html",
        category=category,
        form=form,
        messages=SettingMessages(language_of(request)),
        settings={setting.key: setting for setting in category.settings},
        secrets=without_secrets(form, category),
        saved="suggested",
        suggested=keys,
    )
