"""Every operation that changes something a person has set up, and the entry it writes.

A customer's data is planted wherever an operation touches a customer; no entry may hold any of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from typing import Any

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.devices.models import Device
from backend.identity.models import PasswordReset
from backend.identity.queries import token_hash
from backend.operations.task_runs.actions import Progress, run_now
from backend.wallets.jobs import SYNC_PASSES
from backend.wallets.models import WalletLink
from tests.merchants.administration import MerchantAdmin
from tests.messaging.template_editing.editor import Editor
from tests.settings.administrator import Administrator
from tests.world import PASSWORD
from tests.world.account import Account
from tests.world.caller import Caller, Json, outcome
from tests.world.devices import a_tablet, add_device, make_code, revoke
from tests.world.emails import a_failed_email
from tests.world.invitations import invite, new_email
from tests.world.office import Office, PlatformOffice
from tests.world.parked import park
from tests.world.pictures import a_picture
from tests.world.shop import Shop, hire_admin
from tests.world.tablet_queue import queue_of
from tests.world.till import AnonymousCaller, Card
from tests.world.webhooks import WebhookOffice

CANARY = "Kanarienvogel"
CODE = "loyalty_card_link"


@dataclass
class Scene:
    shop: Shop
    ada: Caller
    """A super admin."""

    @property
    def owner(self) -> Office:
        office: Office = Office.of(self.shop.claire)
        return office

    @property
    def platform(self) -> PlatformOffice:
        office: PlatformOffice = PlatformOffice.of(self.ada)
        return office

    @property
    def settings(self) -> Administrator:
        return Administrator(self.ada.http, self.ada._promises, self.ada.token)

    @property
    def admin(self) -> MerchantAdmin:
        return MerchantAdmin(self.ada.http, self.ada._promises, self.ada.token)

    @property
    def own_texts(self) -> Editor:
        return Editor.of_owner(self.shop.claire)

    @property
    def texts(self) -> Editor:
        return Editor(self.ada.http, self.ada._promises, self.ada.token)

    @property
    def webhooks(self) -> WebhookOffice:
        return WebhookOffice(self.owner.http, self.owner._promises, self.owner.token)

    @property
    def places(self) -> list[Any]:
        """Somebody may serve customers at the hub."""
        hub = str(self.shop.store_ids[self.shop.hub])
        return [{"store_id": hub, "permissions": ["loyalty.view_programs"]}]

    async def card(self) -> Card:
        person: Json = {"first_name": CANARY, "last_name": CANARY, "phone": "+352621123456"}
        return await self.shop.a_card(points=20, email=f"{CANARY}-{new_id().hex}@example.com", **person)

    async def reward(self) -> Any:
        return await self.owner.add_reward()


Scenario = Callable[[Scene], Awaitable[Any]]


async def _adjust(scene: Scene) -> None:
    await scene.owner.adjust(await scene.card(), 5, f"For {CANARY}")


async def _deactivate(scene: Scene) -> None:
    await scene.owner.deactivate(await scene.card(), f"{CANARY} moved")


async def _mark_test(scene: Scene) -> None:
    customer = (await scene.card())["customer"]
    await scene.owner.ask("PUT", f"/merchant/loyalty/customers/{customer['id']}/test-mark", json={"is_test": True})


async def _reactivate(scene: Scene) -> None:
    card = await scene.card()
    await scene.owner.deactivate(card, CANARY)
    await scene.owner.reactivate(card, CANARY)


async def _merge(scene: Scene) -> Any:
    return await scene.owner.merge(await scene.card(), await scene.card())


async def _reverse(scene: Scene) -> None:
    await scene.owner.reverse(await _merge(scene))


async def _bulk(scene: Scene) -> None:
    await scene.owner.bulk("adjust", [await scene.card(), await scene.card()], points=3, reason=CANARY)


async def _limits(scene: Scene) -> None:
    limit = {"scope": "card", "measure": "earns", "window_minutes": 60, "maximum": 5}
    await scene.owner.set_fraud_limits(limit)


async def _picture(scene: Scene) -> None:
    await scene.owner.upload(a_picture())


async def _change_reward(scene: Scene) -> None:
    await scene.owner.change_reward(await scene.reward(), points_required=77)


async def _move_reward(scene: Scene) -> None:
    await scene.reward()
    await scene.owner.move_reward(await scene.reward(), 1)


async def _archive(scene: Scene) -> None:
    await scene.owner.archive(await scene.reward())


async def _restore_reward(scene: Scene) -> None:
    await scene.owner.restore_reward(await scene.owner.archive(await scene.reward()))


async def _plan(scene: Scene) -> None:
    path = "/merchant/loyalty/marketing-plan"
    seen = await scene.owner.get(path)
    headers = {"if-match": f'"{seen["version"]}"'}
    await scene.owner.ask("PATCH", path, json={"sends_birthday_emails": True}, headers=headers)


async def _own_text(scene: Scene) -> None:
    await scene.own_texts.save(CODE, subject=f"Your card {new_id().hex[-6:]}")


async def _reset_own_text(scene: Scene) -> None:
    await _own_text(scene)
    await scene.own_texts.reset(CODE)


async def _restore_own_text(scene: Scene) -> None:
    await _own_text(scene)
    await _own_text(scene)
    await scene.own_texts.restore(CODE, 1)


async def _text(scene: Scene) -> None:
    await scene.texts.save(CODE, subject=f"Your card {new_id().hex[-6:]}")


async def _reset_text(scene: Scene) -> None:
    await _text(scene)
    await scene.texts.reset(CODE)


async def _restore_text(scene: Scene) -> None:
    await _text(scene)
    earlier = (await scene.texts.history(CODE))[0]["version"]
    await _text(scene)
    await scene.texts.restore(CODE, earlier)


ANOTHER = cycle(range(20, 40))
"""What a test before has saved is no change."""


async def _settings(scene: Scene) -> None:
    await scene.settings.save("limits", enroll_per_minute=next(ANOTHER), reason="A fair")


async def _reset_setting(scene: Scene) -> None:
    await scene.settings.save("limits", enroll_per_minute=18)
    await scene.settings.reset("limits", "enroll_per_minute")


async def _reset_settings(scene: Scene) -> None:
    await scene.settings.save("limits", enroll_per_minute=19)
    await scene.settings.reset("limits")


async def _resend(scene: Scene) -> None:
    mail_id = await a_failed_email(scene.shop)
    await scene.ada.post(f"/admin/emails/{mail_id}/resend")


async def _resend_failed(scene: Scene) -> None:
    await a_failed_email(scene.shop)
    await scene.ada.post(f"/admin/failed-emails/resend?merchant={scene.shop.code}")


async def _check_wallets(scene: Scene) -> None:
    await scene.ada.post("/admin/loyalty/wallets/check")


async def _sync_wallets(scene: Scene) -> None:
    await scene.ada.post("/admin/loyalty/wallets/sync", {"card_code": (await scene.card())["code"]})


async def _start_task(scene: Scene) -> None:
    await scene.ada.post("/admin/tasks/expire_points/runs", {"merchant_code": scene.shop.code, "dry_run": True})


async def _retry_run(scene: Scene) -> None:
    async def fail(progress: Progress) -> None:
        progress.fail(new_id(), "refused")

    run = await run_now(scene.shop.services.sessions, SYNC_PASSES, fail, merchant_id=scene.shop.merchant_id)
    await scene.ada.post(f"/admin/task-runs/{run.id}/retry")


async def _parked(scene: Scene) -> Any:
    await scene.card()
    return (await park(scene.shop, "post_letter: KeyError"))[0]


async def _release_event(scene: Scene) -> None:
    await scene.ada.ask("POST", f"/admin/parked-events/{await _parked(scene)}/release")


async def _release_events(scene: Scene) -> None:
    await _parked(scene)
    await scene.ada.post("/admin/parked-events/release", {"reaction": "post_letter"})


async def _retry(scene: Scene) -> None:
    card = await scene.card()
    link = {"card_id": card["id"], "provider": "google", "external_id": new_id().hex, "status": "active"}
    await scene.shop.add(WalletLink, **link, synced_version=0, attempts=0, created_at=clock.now())
    await scene.ada.post(f"/admin/loyalty/wallets/cards/{card['code']}/google/retry")


async def _deactivate_on_behalf(scene: Scene) -> None:
    await scene.platform.deactivate(await scene.card(), CANARY)


async def _reactivate_on_behalf(scene: Scene) -> None:
    card = await scene.card()
    await scene.platform.deactivate(card, CANARY)
    await scene.platform.reactivate(card, CANARY)


async def _restore_points(scene: Scene) -> None:
    await scene.shop.publish(expiry_kind="rolling", expiry_days=30)
    card = await scene.card()
    clock.move(timedelta(days=32))
    # Those who have signed in before have to do so again.
    paul = await hire_admin(scene.shop.services, AnonymousCaller(scene.ada.http, scene.ada._promises), "Paul Klein")
    await paul.restore(card, 5, CANARY)


async def _policy(scene: Scene) -> None:
    await scene.admin.set_policy(scene.shop, lockout_attempts=4)


async def _own_policy(scene: Scene) -> None:
    change = {"lock_after_minutes": 7}
    await scene.owner.ask("PATCH", "/merchant/policy", json=change, headers={"if-match": "*"})


async def _feature(scene: Scene) -> None:
    await scene.admin.switch(scene.shop, to=True)


async def _feature_of_store(scene: Scene) -> None:
    await scene.admin.switch(scene.shop, scene.shop.hub, to=True)


async def _change_merchant(scene: Scene) -> None:
    await scene.admin.change(await scene.admin.merchant(scene.shop.code), name="Fashion House")


async def _open_store(scene: Scene) -> Json:
    return await scene.admin.open_store(scene.shop.code, f"S{new_id().hex[-8:]}".upper())


async def _change_store(scene: Scene) -> None:
    await scene.admin.change_store(scene.shop.code, await _open_store(scene), name="Belval")


async def _invite_to(scene: Scene) -> str:
    sent = await scene.admin.invite(scene.shop.code, f"{new_id().hex}@x.example")
    return f"/admin/merchants/{scene.shop.code}/invitations/{sent['id']}"


async def _resend_to(scene: Scene) -> None:
    await scene.admin.post(f"{await _invite_to(scene)}/resend")


async def _withdraw_from(scene: Scene) -> None:
    await scene.admin.ask("DELETE", await _invite_to(scene))


async def _begin_on_behalf(scene: Scene) -> Caller:
    return await scene.admin.begin_on_behalf(scene.shop)


async def _end_on_behalf(scene: Scene) -> None:
    await (await _begin_on_behalf(scene)).ask("DELETE", "/merchant/on-behalf")


async def _pin(scene: Scene) -> None:
    await scene.shop.anna.set_own_pin(PASSWORD, "4071")


async def _account(scene: Scene) -> Account:
    """A session of Claire's, beside the one of the scene, in which she has just given her password."""
    again = await scene.shop.sign_in_again("claire")
    account = Account(again.http, again._promises, again.token)
    await account.confirm()
    return account


async def _set_authenticator(scene: Scene) -> None:
    await (await _account(scene)).add_authenticator()


async def _remove_authenticator(scene: Scene) -> None:
    account = await _account(scene)
    await account.add_authenticator()
    await account.ask("DELETE", "/auth/me/authenticator")


async def _add_passkey(scene: Scene) -> None:
    await (await _account(scene)).add_passkey()


async def _remove_passkey(scene: Scene) -> None:
    account = await _account(scene)
    await account.add_passkey()
    passkey_id = (await account.factors())["passkeys"][0]["id"]
    await account.ask("DELETE", f"/auth/me/passkeys/{passkey_id}")


async def _replace_recovery_codes(scene: Scene) -> None:
    await (await _account(scene)).post("/auth/me/recovery-codes")


async def _change_password(scene: Scene) -> None:
    await (await _account(scene)).change_password("kettle orbit walnut fjord")


async def _reset_password(scene: Scene) -> None:
    token, shop = "the-token-of-claire", scene.shop
    reset = PasswordReset(
        user_id=shop.user_ids["claire"], token_hash=token_hash(token), expires_at=clock.now() + timedelta(minutes=5)
    )
    async with shop.services.sessions.committing() as session:
        session.add(reset)
    anonymous = AnonymousCaller(scene.ada.http, scene.ada._promises)
    await anonymous.post(f"/auth/password-resets/{token}", {"password": "kettle orbit walnut fjord"})


async def _end_session(scene: Scene) -> None:
    account = await _account(scene)
    other = next(row["id"] for row in await account.sessions() if not row["is_current"])
    await account.ask("DELETE", f"/auth/me/sessions/{other}")


async def _end_sessions(scene: Scene) -> None:
    await (await _account(scene)).ask("DELETE", "/auth/me/sessions")


async def _invite(scene: Scene) -> Any:
    return await invite(scene.owner, new_email(), stores=scene.places)


async def _resend_invitation(scene: Scene) -> None:
    sent = await _invite(scene)
    clock.move(timedelta(minutes=2))
    await scene.owner.post(f"/merchant/invitations/{sent['id']}/resend")


async def _withdraw(scene: Scene) -> None:
    await scene.owner.ask("DELETE", f"/merchant/invitations/{(await _invite(scene))['id']}")


async def _invite_admin(scene: Scene) -> Any:
    return await invite(scene.ada, new_email(), audience="admin")


async def _resend_admin(scene: Scene) -> None:
    sent = await _invite_admin(scene)
    clock.move(timedelta(minutes=2))
    await scene.ada.post(f"/admin/invitations/{sent['id']}/resend")


async def _withdraw_admin(scene: Scene) -> None:
    await scene.ada.ask("DELETE", f"/admin/invitations/{(await _invite_admin(scene))['id']}")


async def _change_member(scene: Scene) -> None:
    path = f"/merchant/staff/{scene.shop.user_ids['luc']}"
    version = (await scene.owner.get(path))["version"]
    await scene.owner.ask("PATCH", path, json={"stores": scene.places}, headers={"if-match": f'"{version}"'})


async def _remove_member(scene: Scene) -> None:
    await scene.owner.ask("DELETE", f"/merchant/staff/{scene.shop.user_ids['luc']}")


async def _an_admin(scene: Scene) -> str:
    paul = await hire_admin(scene.shop.services, AnonymousCaller(scene.ada.http, scene.ada._promises), "Paul Klein")
    user_id: str = (await paul.get("/auth/me"))["id"]
    return user_id


async def _change_admin(scene: Scene) -> None:
    await scene.ada.ask("PUT", f"/admin/users/{await _an_admin(scene)}/role", json={"role": "super_admin"})


async def _remove_admin(scene: Scene) -> None:
    await scene.ada.ask("DELETE", f"/admin/users/{await _an_admin(scene)}")


async def _unlock_pin(scene: Scene) -> None:
    await scene.shop.give_pin("anna", "2468")
    for _ in range(5):
        await outcome(scene.shop.anna.unlock("0000"))
    await scene.shop.claire.post(f"/store/loyalty/pins/{scene.shop.user_ids['anna']}/unlock")


async def _take_over(scene: Scene) -> None:
    await scene.shop.give_pin("claire", "97531")
    await scene.shop.anna.take_over(scene.shop.user_ids["claire"], "97531")


async def _clear_pin(scene: Scene) -> None:
    await scene.shop.give_pin("anna", "2468")
    await scene.shop.claire.post(f"/store/loyalty/pins/{scene.shop.user_ids['anna']}/clear")


async def _device(scene: Scene) -> Any:
    return await add_device(scene.shop.claire, scene.shop.hub)


async def _change_device(scene: Scene) -> None:
    device, named = await _device(scene), {"name": "Counter right"}
    await scene.owner.ask("PATCH", f"/merchant/devices/{device['id']}", json=named, headers={"if-match": "*"})


async def _pairing_code(scene: Scene) -> None:
    await make_code(scene.shop.claire, await _device(scene))


async def _revoke(scene: Scene) -> None:
    await revoke(scene.shop, await a_tablet(scene.shop))


async def _resume(scene: Scene) -> None:
    tablet = await a_tablet(scene.shop)
    await scene.shop.change(Device, state="suspended", suspended_at=clock.now())
    await scene.owner.post(f"/merchant/devices/{tablet.state.device_id}/resume")


async def _command(scene: Scene, what: str, body: Json | None = None) -> str:
    path = f"/merchant/devices/{(await a_tablet(scene.shop)).state.device_id}/{what}"
    await scene.owner.post(path, body)
    return path


async def _message(scene: Scene) -> None:
    await _command(scene, "message", {"text": CANARY})


async def _wipe(scene: Scene) -> None:
    await _command(scene, "wipe")


async def _keep(scene: Scene) -> None:
    await scene.owner.ask("DELETE", await _command(scene, "wipe"))


async def _decide(scene: Scene) -> None:
    """A sale without a grant waits for a person."""
    tablet = queue_of(scene.shop, (await a_tablet(scene.shop)).state.device_id)
    tablet.sold(await scene.shop.a_card(), 1000)
    await tablet.hand_in()
    item = (await scene.owner.get("/merchant/devices/review"))["data"][0]
    body = {"decision": "dismiss", "reason": "Typed twice"}
    await scene.owner.post(f"/merchant/devices/review/{item['id']}/decide", body)


async def _offline_rules(scene: Scene) -> None:
    rules = (await scene.owner.get("/merchant/loyalty/offline-rules"))["rules"]
    changed = {"rules": [rules[0] | {"max_points": 50}]}
    await scene.owner.ask("PUT", "/merchant/loyalty/offline-rules", json=changed)


async def _failed_offline(scene: Scene) -> None:
    await scene.shop.give_pin("anna", "2468")
    tablet = await a_tablet(scene.shop)
    await tablet.report_failed_pin(scene.shop.user_ids["anna"])


async def _create_key(scene: Scene) -> Any:
    scene.shop.claire.token = (await _account(scene)).token
    body = {"name": "Web shop", "permissions": ["loyalty.view_programs"]}
    return await scene.owner.post("/merchant/api-keys", body)


async def _change_key(scene: Scene) -> None:
    path = f"/merchant/api-keys/{(await _create_key(scene))['id']}"
    await scene.owner.ask("PATCH", path, json={"name": "Till"}, headers={"if-match": "*"})


async def _rotate_key(scene: Scene) -> None:
    key = await _create_key(scene)
    await scene.owner.post(f"/merchant/api-keys/{key['id']}/rotate")


async def _revoke_key(scene: Scene) -> None:
    await scene.owner.ask("DELETE", f"/merchant/api-keys/{(await _create_key(scene))['id']}")


async def _endpoint(scene: Scene) -> Json:
    return await scene.webhooks.add_endpoint(f"https://shop.example/orion?token={CANARY}")


async def _change_endpoint(scene: Scene) -> None:
    await scene.webhooks.change_endpoint(await _endpoint(scene), is_active=False)


async def _delete_endpoint(scene: Scene) -> None:
    await scene.webhooks.delete_endpoint(await _endpoint(scene))


async def _rotate_secret(scene: Scene) -> Json:
    return await scene.webhooks.rotate_secret(await _endpoint(scene))


async def _end_former_secret(scene: Scene) -> None:
    await scene.webhooks.end_former_secret(await _rotate_secret(scene))


async def _send_test(scene: Scene) -> Json:
    return await scene.webhooks.send_test(await _endpoint(scene))


async def _replay(scene: Scene) -> None:
    await scene.webhooks.replay(await _send_test(scene))


async def _replay_failed(scene: Scene) -> None:
    await scene.webhooks.replay_failed(await _endpoint(scene), "2026-01-01T00:00:00Z")


ENTRIES: dict[str, tuple[str, Scenario]] = {
    "createApiKey": ("api_key.created", _create_key),
    "changeApiKey": ("api_key.changed", _change_key),
    "rotateApiKey": ("api_key.rotated", _rotate_key),
    "revokeApiKey": ("api_key.revoked", _revoke_key),
    "adjustPointsAsOwner": ("card.adjusted", _adjust),
    "deactivateCard": ("card.deactivated", _deactivate),
    "markTestCustomer": ("customer.test_mark_changed", _mark_test),
    "reactivateCard": ("card.reactivated", _reactivate),
    "mergeCards": ("card.merged", _merge),
    "reverseMerge": ("card.unmerged", _reverse),
    "changeCards": ("cards.changed_in_bulk", _bulk),
    "setFraudLimits": ("fraud_limits.changed", _limits),
    "uploadPicture": ("picture.uploaded", _picture),
    "createReward": ("reward.created", Scene.reward),
    "changeReward": ("reward.changed", _change_reward),
    "moveReward": ("reward.moved", _move_reward),
    "archiveReward": ("reward.archived", _archive),
    "restoreReward": ("reward.restored", _restore_reward),
    "createWebhookEndpoint": ("webhook_endpoint.created", _endpoint),
    "changeWebhookEndpoint": ("webhook_endpoint.changed", _change_endpoint),
    "deleteWebhookEndpoint": ("webhook_endpoint.deleted", _delete_endpoint),
    "rotateWebhookSecret": ("webhook_endpoint.secret_replaced", _rotate_secret),
    "endFormerWebhookSecret": ("webhook_endpoint.former_secret_ended", _end_former_secret),
    "sendTestWebhook": ("webhook_endpoint.tested", _send_test),
    "replayWebhookDelivery": ("webhook_endpoint.replayed", _replay),
    "replayFailedWebhooks": ("webhook_endpoint.replayed", _replay_failed),
    "changeMarketingPlan": ("marketing_plan.changed", _plan),
    "changeOwnEmailTemplate": ("email_template.changed", _own_text),
    "resetOwnEmailTemplate": ("email_template.reset", _reset_own_text),
    "restoreOwnEmailTemplate": ("email_template.restored", _restore_own_text),
    "changeEmailTemplate": ("email_template.changed", _text),
    "resetEmailTemplate": ("email_template.reset", _reset_text),
    "restoreEmailTemplate": ("email_template.restored", _restore_text),
    "changeSettings": ("settings.changed", _settings),
    "resetSetting": ("settings.changed", _reset_setting),
    "resetSettings": ("settings.changed", _reset_settings),
    "resendEmail": ("email.resent", _resend),
    "resendFailedEmails": ("emails.resent", _resend_failed),
    "checkWallets": ("wallets.checked", _check_wallets),
    "syncWallets": ("task.started", _sync_wallets),
    "startTask": ("task.started", _start_task),
    "retryTaskRun": ("task.started", _retry_run),
    "releaseParkedEvent": ("events.released", _release_event),
    "releaseParkedEvents": ("events.released", _release_events),
    "retryCardPass": ("pass.resent", _retry),
    "deactivateCardOnBehalf": ("card.deactivated", _deactivate_on_behalf),
    "reactivateCardOnBehalf": ("card.reactivated", _reactivate_on_behalf),
    "restorePoints": ("card.restored", _restore_points),
    "changeMerchant": ("merchant.changed", _change_merchant),
    "openStore": ("store.opened", _open_store),
    "changeStore": ("store.changed", _change_store),
    "inviteToMerchant": ("invitation.sent", _invite_to),
    "resendInvitationToMerchant": ("invitation.resent", _resend_to),
    "withdrawInvitationToMerchant": ("invitation.withdrawn", _withdraw_from),
    "beginOnBehalf": ("on_behalf.begun", _begin_on_behalf),
    "endOnBehalf": ("on_behalf.ended", _end_on_behalf),
    "setPolicyOfMerchant": ("policy.changed", _policy),
    "changePolicy": ("policy.changed", _own_policy),
    "switchFeatureOfMerchant": ("feature.switched", _feature),
    "switchFeatureOfStore": ("feature.switched", _feature_of_store),
    "setOwnPin": ("pin.set", _pin),
    "unlockPin": ("pin.unlocked", _unlock_pin),
    "clearPin": ("pin.cleared", _clear_pin),
    "createDevice": ("device.created", _device),
    "changeDevice": ("device.changed", _change_device),
    "makePairingCode": ("device.pairing_code_made", _pairing_code),
    "revokeDevice": ("device.revoked", _revoke),
    "resumeDevice": ("device.resumed", _resume),
    "sendDeviceMessage": ("device.message_sent", _message),
    "requestDeviceWipe": ("device.wipe_requested", _wipe),
    "withdrawDeviceWipe": ("device.wipe_withdrawn", _keep),
    "decideReview": ("device.operation_decided", _decide),
    "setOfflineRules": ("offline_rules.changed", _offline_rules),
    "recordFailedAttempt": ("pin.failed_offline", _failed_offline),
    "switchPerson": ("till.taken_over", _take_over),
    "setOwnAuthenticator": ("account.authenticator_set", _set_authenticator),
    "removeOwnAuthenticator": ("account.authenticator_removed", _remove_authenticator),
    "addOwnPasskey": ("account.passkey_added", _add_passkey),
    "removeOwnPasskey": ("account.passkey_removed", _remove_passkey),
    "replaceOwnRecoveryCodes": ("account.recovery_codes_replaced", _replace_recovery_codes),
    "changeOwnPassword": ("account.password_changed", _change_password),
    "resetPassword": ("account.password_reset", _reset_password),
    "endOwnSession": ("account.session_ended", _end_session),
    "endOwnOtherSessions": ("account.sessions_ended", _end_sessions),
    "inviteMember": ("invitation.sent", _invite),
    "resendInvitation": ("invitation.resent", _resend_invitation),
    "withdrawInvitation": ("invitation.withdrawn", _withdraw),
    "changeMember": ("member.changed", _change_member),
    "removeMember": ("member.removed", _remove_member),
    "inviteAdmin": ("invitation.sent", _invite_admin),
    "resendAdminInvitation": ("invitation.resent", _resend_admin),
    "withdrawAdminInvitation": ("invitation.withdrawn", _withdraw_admin),
    "changeAdminRole": ("user.role_changed", _change_admin),
    "removeAdmin": ("user.removed", _remove_admin),
}
"""The action of the entry, and how to get it."""
NO_ENTRY = {
    "openMerchant": "the chain of the new merchant begins with it: tests/merchants/test_opening.py",
    "addProgramOfMerchant": "the same: only a merchant without a program gets one",
    "verifyPin": "changes nothing that is set up; a tablet’s grant is kept with its person and its device",
    "signIn": "a person’s own session, kept in access_tokens",
    "signOut": "a person’s own session, kept in access_tokens",
    "signInWithSecondFactor": "the same: its second step",
    "signInWithPasskey": "the same",
    "beginPasskeySignIn": "changes nothing",
    "confirmOwnSession": "a session that says for ten minutes that its person was there",
    "beginOwnConfirmation": "changes nothing",
    "offerOwnAuthenticator": "changes nothing: the secret is in force with its first code",
    "beginOwnPasskey": "changes nothing",
    "renameOwnPasskey": "what a person calls their own device",
    "askForPasswordReset": "changes nothing: anybody may ask, and the answer is the same",
    "switchMerchant": "the same: a session is traded for one at another merchant",
    "changeMe": "the language in which a person reads",
    "lookupCardsAsOwner": "a search",
    "previewProgram": "changes nothing; the preview is kept with who asked for it",
    "previewOwnEmailTemplate": "changes nothing",
    "testOwnEmailTemplate": "changes nothing; the email log has the test email",
    "previewEmailTemplate": "changes nothing",
    "testEmailTemplate": "changes nothing; the email log has the test email",
    "checkSettings": "changes nothing",
    "testEmailConnection": "changes nothing; connection_tests keeps the verdict and who asked for it",
}
"""Operations without an entry, and why."""
