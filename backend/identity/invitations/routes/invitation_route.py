"""What the routes of invitations have in common: paths, texts, refusals."""

from litestar import delete, post
from litestar.handlers import HTTPRouteHandler
from litestar.types import Guard

from backend.core.openapi import refusals
from backend.core.problems import Problem, ValidationFailed
from backend.identity.invitations.problems import AccountDeactivated, AlreadyInvited, AlreadyMember, InvitationNotFound

Problems = tuple[type[Problem], ...]


def invite_route(
    *guards: Guard, operation_id: str, summary: str, works_elsewhere: type[Problem], raised_by_guards: Problems
) -> HTTPRouteHandler:
    """`works_elsewhere`: the problem of people who cannot be invited because of whom they work for."""
    problems = AlreadyInvited, AlreadyMember, works_elsewhere, AccountDeactivated, ValidationFailed
    return post(
        operation_id=operation_id,
        summary=summary,
        description="The link works once, within 72 hours. A person with an account keeps it.",
        guards=guards,
        responses=refusals(*raised_by_guards, *problems),
    )


def resend_route(*guards: Guard, operation_id: str, raised_by_guards: Problems) -> HTTPRouteHandler:
    return post(
        "/{invitation_id:uuid}/resend",
        operation_id=operation_id,
        summary="Send an invitation again, with a new link and another 72 hours",
        description="The link of the former email opens nothing any more.",
        guards=guards,
        responses=refusals(*raised_by_guards, InvitationNotFound),
    )


def withdraw_route(*guards: Guard, operation_id: str, raised_by_guards: Problems) -> HTTPRouteHandler:
    return delete(
        "/{invitation_id:uuid}",
        operation_id=operation_id,
        summary="Withdraw an invitation: its link opens nothing any more",
        guards=guards,
        responses=refusals(*raised_by_guards, InvitationNotFound),
    )
