"""The editor of a policy, for administrators and for the merchant alike: it is reviewed before it is saved."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from litestar import Response

from backend.merchants.policy.schemas import PolicyDetail
from frontend.api.responses import BackendProblem
from frontend.kit.conflicts import name_of, saved_by
from frontend.kit.edits import Difference
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, errors_of
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.policy.form import Values, changes_of, form_of, take_over
from frontend.policy.messages import PolicyMessages
from frontend.policy.rules import OWN, RULES

SIGNED_OUT, FORBIDDEN, STALE, UNPROCESSABLE = 401, 403, 412, 422


@dataclass(frozen=True, slots=True)
class PolicyEditor:
    """`merchant`: its name on an administrator's page; empty on the merchant's own."""

    path: str
    read: Callable[[], Awaitable[PolicyDetail]]
    save: Callable[[Values, int], Awaitable[PolicyDetail]]
    """What was changed, and the version that was seen."""
    merchant: str = ""
    back: str = ""

    @property
    def fields(self) -> Collection[str]:
        return RULES if self.merchant else OWN

    async def show(self, request: Request, *, done: str = "") -> Response[str]:
        """`done`: what has just happened, to be said once."""
        policy = await self.read()
        return self._page(request, policy, form_of(policy, self.fields), done=done)

    async def take(self, request: Request, form: Form) -> Response[str]:
        """First shows what would change; saves when the person has confirmed that."""
        policy, language = await self.read(), language_of(request)
        values = changes_of(form, self.fields, language)
        if form.errors:
            return self._page(request, policy, form, status=UNPROCESSABLE)
        if not values:
            return redirect(request, f"{self.path}?done=unchanged")
        if version_of(form) != policy.version:
            return self._stale(request, policy, form, name_of(request, policy.changed_by))
        if not form.text("confirmed"):
            differences = PolicyMessages(language).differences(policy, values)
            return self._page(request, policy, form, differences=differences)
        try:
            await self.save(values, policy.version)
        except BackendProblem as problem:
            return await self._refused(request, policy, form, problem)
        return redirect(request, f"{self.path}?done=changed")

    async def _refused(
        self, request: Request, policy: PolicyDetail, form: Form, problem: BackendProblem
    ) -> Response[str]:
        if problem.status in {SIGNED_OUT, FORBIDDEN}:
            raise problem
        if problem.status == STALE:
            return self._stale(request, await self.read(), form, saved_by(request, problem))
        form.errors = errors_of(problem) or {"": problem.sentence}
        return self._page(request, policy, form, status=problem.status)

    def _stale(self, request: Request, policy: PolicyDetail, form: Form, who: str) -> Response[str]:
        moved = PolicyMessages(language_of(request)).moved(take_over(form, policy, self.fields))
        return self._page(request, policy, form, status=STALE, stale=who, moved=moved)

    def _page(
        self,
        request: Request,
        policy: PolicyDetail,
        form: Form,
        *,
        status: int = 200,
        done: str = "",
        stale: str = "",
        moved: list[Difference] | None = None,
        differences: list[Difference] | None = None,
    ) -> Response[str]:
        messages = PolicyMessages(language_of(request))
        return page(
            request,
            "policy/page.html",
            status=status,
            editor=self,
            policy=policy,
            form=form,
            groups=messages.groups(policy, self.fields),
            kept=messages.groups(policy, RULES.keys() - self.fields),
            done=messages.done(done),
            stale=stale,
            moved=moved or [],
            differences=differences,
        )
