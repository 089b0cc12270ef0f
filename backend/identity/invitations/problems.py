from backend.core.problems import Problem
from i18n.translator import N_


class InvitationNotFound(Problem):
    code, status = "invitation_not_found", 404
    title = N_("There is no such invitation")
    detail = N_("Open the link of the newest email: an invitation that is sent anew gets a new link.")


class InvitationExpired(Problem):
    code, status = "invitation_expired", 410
    title = N_("This invitation has expired")
    detail = N_("Ask for a new one.")


class InvitationWithdrawn(Problem):
    code, status = "invitation_withdrawn", 410
    title = N_("This invitation was withdrawn")
    detail = N_("Ask the person who invited you.")


class InvitationAccepted(Problem):
    code, status = "invitation_accepted", 410
    title = N_("This invitation was accepted already")
    detail = N_("Sign in with your address and password.")


class AlreadyInvited(Problem):
    code, status = "already_invited", 409
    title = N_("This address is invited already")
    detail = N_("Resend that invitation, or withdraw it first.")


class AlreadyMember(Problem):
    code, status = "already_member", 409
    title = N_("They work here already")
    detail = N_("Change their role, stores and permissions instead.")


class WorksForPlatform(Problem):
    code, status = "works_for_platform", 409
    title = N_("This address belongs to an administrator of the platform")
    detail = N_("Administrators work for no merchant. Invite another address.")


class WorksForMerchant(Problem):
    code, status = "works_for_merchant", 409
    title = N_("This address belongs to somebody who works for a merchant")
    detail = N_("Administrators work for no merchant. Invite another address.")


class AccountDeactivated(Problem):
    code, status = "account_deactivated", 409
    title = N_("This account is deactivated")
    detail = N_("Ask the administrators of the platform.")


class NameRequired(Problem):
    code, status = "name_required", 422
    title = N_("Enter your name")
