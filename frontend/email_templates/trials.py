"""Tries a text that is being edited: checks it, shows it in the preview's frame, sends it as a test."""

from typing import ClassVar

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.email_templates import Detail, get_template, test_template
from frontend.api.responses import BackendProblem
from frontend.email_templates.area import Area
from frontend.email_templates.editor_page import checked_fragment, editor_page, try_text
from frontend.email_templates.form import form_of, sample_text_of
from frontend.email_templates.preview import POLICY, preview_document
from frontend.email_templates.views import ONE
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import is_htmx, page, redirect
from frontend.kit.request import Request

LIMITED = 429


class TrialPages(Controller):
    """A subclass names its area."""

    area: ClassVar[Area]

    @post(f"{ONE}/check", status_code=200)
    async def check(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        """The page asks this while somebody writes."""
        if not is_htmx(request):
            return redirect(request, self.area.page_of(code, text_language))
        detail = await self._get(caller, code, text_language)
        tried = await try_text(caller, self.area, detail, await read_form(request))
        return checked_fragment(request, self.area, detail, tried)

    @get(f"{ONE}/preview")
    async def show_stored(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        """The text that is in force."""
        detail = await self._get(caller, code, text_language)
        return await self._preview(request, caller, detail, form_of(detail, read_query(request)))

    @post(f"{ONE}/preview", status_code=200)
    async def show_entered(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        detail = await self._get(caller, code, text_language)
        return await self._preview(request, caller, detail, await read_form(request))

    @post(f"{ONE}/test", status_code=200)
    async def send_test(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        """The page with what was entered, and to whom the test goes."""
        form, detail = await read_form(request), await self._get(caller, code, text_language)
        tried = await try_text(caller, self.area, detail, form)
        sent_to, trouble = "", ""
        if tried[0] is not None:
            try:
                queued = await test_template(caller, self.area.audience, code, text_language, sample_text_of(form))
                sent_to = queued.recipient
            except BackendProblem as problem:
                if problem.status != LIMITED:
                    raise
                trouble = problem.sentence
        return editor_page(request, self.area, detail, form, tried=tried, sent_to=sent_to, trouble=trouble)

    async def _preview(self, request: Request, caller: Caller, detail: Detail, form: Form) -> Response[str]:
        preview, faults = await try_text(caller, self.area, detail, form)
        if preview is not None:
            return preview_document(preview, form)
        headers = {"Content-Security-Policy": POLICY}
        return page(request, "email_templates/faults_page.html", faults=faults, headers=headers)

    async def _get(self, caller: Caller, code: str, language: str) -> Detail:
        return await get_template(caller, self.area.audience, code, language)
