"""The versions of a text: compared with the one in force, and restored."""

import asyncio
from typing import ClassVar

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.messaging.template_editing.schemas.texts import TemplateVersionView
from frontend.api.client import Caller
from frontend.api.email_templates import Detail, get_template, list_versions, restore_template
from frontend.api.responses import BackendProblem
from frontend.email_templates.area import Area
from frontend.email_templates.comparison import DiffLine, compare
from frontend.email_templates.form import SOURCES, faults_of
from frontend.email_templates.messages import TemplateMessages
from frontend.email_templates.views import ONE, STALE
from frontend.kit.fields import is_number, version_of
from frontend.kit.forms import read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request


class HistoryPages(Controller):
    """A subclass names its area."""

    area: ClassVar[Area]

    @get(f"{ONE}/history")
    async def show_history(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        """`version` in the address: the one to compare."""
        return await self._page(request, caller, (code, text_language), read_query(request).text("version"))

    @post(f"{ONE}/restore")
    async def restore(
        self, request: Request, caller: NamedDependency[Caller], code: FromPath[str], text_language: FromPath[str]
    ) -> Response[str]:
        form = await read_form(request)
        earlier = form.text("earlier")
        try:
            await restore_template(
                caller, self.area.audience, code, text_language,
                int(earlier) if is_number(earlier) else 0, version=version_of(form),
            )  # fmt: skip
        except BackendProblem as problem:
            if problem.status != STALE and not faults_of(problem):
                raise
            return await self._page(request, caller, (code, text_language), earlier, problem)
        return redirect(request, f"{self.area.page_of(code, text_language)}?saved=yes")

    async def _page(
        self, request: Request, caller: Caller, key: tuple[str, str], chosen: str, problem: BackendProblem | None = None
    ) -> Response[str]:
        """`key`: code and language. `chosen`: the version to compare."""
        detail, history = await asyncio.gather(
            get_template(caller, self.area.audience, *key),
            list_versions(caller, self.area.audience, *key),
        )
        version = next((each for each in history.data if str(each.version) == chosen), None)
        return page(
            request,
            "email_templates/history.html",
            status=problem.status if problem else 200,
            area=self.area,
            text=detail,
            path=self.area.page_of(*key),
            versions=history.data,
            chosen=version,
            differences=_differences(version, detail) if version else {},
            messages=TemplateMessages(language_of(request)),
            trouble=problem.sentence if problem else "",
            faults=faults_of(problem) if problem else [],
        )


def _differences(version: TemplateVersionView, detail: Detail) -> dict[str, list[DiffLine]]:
    """From the text in force to the earlier one, for each source that differs; what was the platform's is left out."""
    earlier = {name: getattr(version, name) for name in SOURCES}
    changes = {name: compare(getattr(detail, name), text) for name, text in earlier.items() if text is not None}
    return {name: lines for name, lines in changes.items() if lines}
