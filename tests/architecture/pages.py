"""What each page of the frontend needs: a new one fails until it is in one of these tables."""

from typing import NamedTuple

SHOWN, REFUSED, NOT_FOUND, TO_SIGN_IN, LED_ON = "shown", "refused", "not found", "to the sign-in", "led on"

OPEN = {
    "/account": "asks customers for their email by itself",
    "/account/not-me/{token}": "the token of the emailed address is the right",
    "/brand/{name}": "a color is public",
    "/c": "the answer goes to the mailbox",
    "/c/{token}": "the token of the address is the right",
    "/forgotten": "nobody is signed in before, and the answer goes to the mailbox",
    "/health/live": "asked by whatever restarts the process",
    "/health/ready": "asked by whatever sends requests to the process",
    "/invitation/{token}": "the token of the emailed address is the right",
    "/J/{store_code}": "customers join by themselves",
    "/j/{store_code}": "customers join by themselves",
    "/pair": "explains a code that was scanned with the wrong app",
    "/offline": "shown without a network",
    "/pictures/{picture}": "pictures of rewards are public",
    "/reset/{token}": "the token of the emailed address is the right",
    "/static/{path}": "styles and scripts are public",
    "/sw.js": "scripts are public",
    "/u/{token}": "the token of the emailed address is the right",
    "/_kit": "developers look at the components",
}
"""Shown to everybody."""
ARRIVAL = {
    "/": "shows where to go, or leads home",
    "/sign-in": "nobody is signed in before; others are led home",
    "/sign-in/store": "who works somewhere chooses a store; others are led home or to the sign-in",
}
CARD = "/till/cards/{card_id}"
BUTTONS = ("points", "stamps", "links", "test-mark", "redemptions/stamps", "redemptions/{reward_id}")
OF_HOLDS = ("holds/{hold_id}/confirm", "holds/{hold_id}/release")
LEADS_ON = {
    "/account/code": "to the email, where no code was asked for",
    "/admin/settings": "to the first category",
    "/admin/wallets/state": "to the page of which it is a part",
    "/admin/jobs/runs/{run_id}/events": "to the page of which it is a part",
    **{f"{CARD}/{button}": "to the card, from the address of a button" for button in (*BUTTONS, *OF_HOLDS)},
}
"""Pages that lead on to another one, which refuses those who may not read it."""
DECLARED: dict[str, str] = {
    "at a store": "/till/bookings/{form_key}",
    "store: loyalty.view_programs": f"/till /till/enrollment /till/today /till/bookings/{{form_key}}/outcome "
    f"{CARD} {CARD}/bookings {CARD}/explanation",
    "store: loyalty.manage_pins": "/till/pins",
    "signed in, also without second factor": "/profile /profile/confirm",
    "signed in, also without second factor and confirmed": "/profile/authenticator "
    "/profile/passkeys /profile/password /profile/pin",
    "merchant: loyalty.view_analytics": "/office",
    "merchant: loyalty.manage_rewards": "/office/rewards /office/rewards/new /office/rewards/{reward_id}",
    "merchant: loyalty.manage_programs": "/office/devices/offline-rules /office/marketing /office/policy "
    "/office/stores",
    "merchant: messaging.manage_templates": "/office/email-templates "
    "/office/email-templates/{code}/{text_language} /office/email-templates/{code}/{text_language}/history "
    "/office/email-templates/{code}/{text_language}/preview",
    "merchant: staff.manage": "/office/staff /office/staff/invite /office/staff/permissions /office/staff/{user_id}",
    "some store: loyalty.manage_devices": "/office/devices /office/devices/new /office/devices/{device_id} "
    "/office/review",
    "merchant: api.manage and confirmed": "/office/api/new /office/api/{key_id}/rotate",
    "merchant: api.manage": "/office/api /office/api/{key_id} /office/api/webhooks /office/api/webhooks/new "
    "/office/api/webhooks/{endpoint_id} /office/api/webhooks/{endpoint_id}/edit "
    "/office/api/webhooks/deliveries/{delivery_id}",
    "merchant: audit.view": "/office/audit /office/audit/{entry_id}",
    "merchant: audit.view and not on behalf": "/office/audit/export",
    "platform: audit.view": "/admin/audit /admin/audit/{entry_id} /admin/audit/export",
    "platform: loyalty.debug_wallets": "/admin/passes",
    "platform: merchants.manage": "/admin/merchants /admin/merchants/new /admin/merchants/{code} "
    "/admin/merchants/{code}/policy /admin/merchants/{code}/features",
    "platform: messaging.manage_emails": "/admin/emails /admin/emails/failed /admin/emails/{mail_id}",
    "platform: messaging.manage_templates": "/admin/email-templates "
    "/admin/email-templates/{code}/{text_language} /admin/email-templates/{code}/{text_language}/history "
    "/admin/email-templates/{code}/{text_language}/preview",
    "platform: operations.run_tasks": "/admin /admin/jobs /admin/jobs/runs "
    "/admin/jobs/runs/{run_id} /admin/jobs/waiting /admin/readiness /admin/wallets",
    "platform: settings.manage": "/admin/settings/{category}",
    "platform: users.view": "/admin/users /admin/users/permissions",
}
"""Pages by what they need, in the words of `guards.py`."""
ASKS_NOTHING = ("/office/rewards/new", "/office/devices/new")
"""Forms: a person whose session has ended is told on sending them."""
REQUIRED = {path: what for what, paths in DECLARED.items() for path in paths.split()}


class BeforeTheBackend(NamedTuple):
    """What the frontend decides by its cookie."""

    below: str
    is_for_admins: bool
    """Whether it concerns administrators, or everybody else."""
    outcome: str
    reason: str


BEFORE_THE_BACKEND = (
    BeforeTheBackend("/till", True, LED_ON, "they have no store: its choice leads them home"),
    BeforeTheBackend("/office", True, REFUSED, "they work for no merchant"),
    BeforeTheBackend("/admin", False, REFUSED, "they are no administrators"),
    BeforeTheBackend("/profile/pin", True, LED_ON, "they have no PIN"),
)
