"""The pages about texts of emails, the same for the platform and for owners."""

from typing import ClassVar

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api.client import Caller
from frontend.api.email_templates import (
    Detail,
    get_template,
    list_templates,
    reset_template,
    save_template,
)
from frontend.api.responses import BackendProblem
from frontend.email_templates.area import Area
from frontend.email_templates.editor_page import editor_page, try_text
from frontend.email_templates.form import faults_of, form_of, text_of
from frontend.email_templates.messages import TemplateMessages
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

STALE = 412
ONE = "/{code:str}/{text_language:str}"


class TemplatePages(Controller):
    """A subclass names its area."""

    area: ClassVar[Area]

    @get()
    async def show_list(self, request: Request, caller: NamedDependency[Caller]) -> Response[str]:
        listing = await list_templates(caller, self.area.audience)
        messages = TemplateMessages(language_of(request))
        return page(request, "email_templates/list.html", area=self.area, templates=listing.data, messages=messages)

    @get(ONE)
    async def show_editor(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        detail, query = await self._get(caller, code, text_language), read_query(request)
        form = form_of(detail, query)
        tried = await try_text(caller, self.area, detail, form)
        return editor_page(request, self.area, detail, form, tried=tried, saved=bool(query.text("saved")))

    @post(ONE)
    async def save(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        form = await read_form(request)
        try:
            await save_template(
                caller, self.area.audience, code, text_language, text_of(form), version=version_of(form)
            )
        except BackendProblem as problem:
            return await self._refused(request, caller, await self._get(caller, code, text_language), form, problem)
        return redirect(request, f"{self.area.page_of(code, text_language)}?saved=yes")

    @post(f"{ONE}/reset")
    async def reset(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        form = await read_form(request)
        try:
            await reset_template(caller, self.area.audience, code, text_language, version=version_of(form))
        except BackendProblem as problem:
            detail = await self._get(caller, code, text_language)
            return await self._refused(request, caller, detail, form_of(detail), problem)
        return redirect(request, f"{self.area.page_of(code, text_language)}?saved=yes")

    async def _get(self, caller: Caller, code: str, language: str) -> Detail:
        return await get_template(caller, self.area.audience, code, language)

    async def _refused(
        self, request: Request, caller: Caller, detail: Detail, form: Form, problem: BackendProblem
    ) -> Response[str]:
        """The form with what was entered. When somebody has saved meanwhile, saving again overwrites their text."""
        if problem.status == STALE:
            form.fields["version"] = str(detail.version)
            who = saved_by(request, problem)
            tried = await try_text(caller, self.area, detail, form)
            return editor_page(request, self.area, detail, form, tried=tried, status=STALE, stale=who)
        if not faults_of(problem):
            raise problem
        return editor_page(
            request, self.area, detail, form,
            tried=(None, faults_of(problem)), status=problem.status, trouble=problem.view.title,
        )  # fmt: skip
