"""Checks Apple Wallet step by step, for the status page and for `orion wallets check`."""

import asyncio
from datetime import datetime

from backend.core.settings import Settings
from backend.wallets.apple import check_messages
from backend.wallets.apple.apns import Apns
from backend.wallets.apple.certificates import inspect, is_configured, is_https, is_known_outside
from backend.wallets.apple.open import Apple
from backend.wallets.ports import CheckStep, Misconfigured, Permanent, Transient

ADDRESS_STEP, APNS_STEP = "public_address", "apns_reachable"


async def check_apple(settings: Settings, now: datetime, running: Apple | None = None) -> list[CheckStep]:
    """Reads the files anew, as a restart would. No steps when nothing is configured.

    `running`: of this process. Its connection is used while the certificate is the same, because Apple treats frequent
    reconnecting as an attack.
    """
    if not is_configured(settings):
        return []
    certificates, steps = await asyncio.to_thread(inspect, settings, now)
    steps.append(_check_address(settings))
    has_failed = any(step.outcome == "failed" for step in steps)
    if certificates is None or has_failed:
        return [*steps, CheckStep(APNS_STEP, "skipped", check_messages.SKIPPED)]
    if running is not None and running.certificates.fingerprint == certificates.fingerprint:
        return [*steps, await _check_apns(running.apns)]
    apns = Apns(certificates, settings.apns_url, push_type=settings.apns_push_type)
    try:
        return [*steps, await _check_apns(apns)]
    finally:
        await apns.close()


def _check_address(settings: Settings) -> CheckStep:
    facts: dict[str, str | int] = {"address": settings.api_url}
    if not is_https(settings):
        return CheckStep(ADDRESS_STEP, "failed", *check_messages.NOT_HTTPS, facts=facts)
    if not is_known_outside(settings):
        return CheckStep(ADDRESS_STEP, "failed", *check_messages.NOT_PUBLIC, facts=facts)
    return CheckStep(ADDRESS_STEP, "ok", check_messages.PUBLIC_ADDRESS, facts=facts)


async def _check_apns(apns: Apns) -> CheckStep:
    try:
        await apns.check()
    except Transient as error:
        return CheckStep(APNS_STEP, "failed", *check_messages.APNS_SILENT, facts={"reason": error.detail})
    except (Misconfigured, Permanent) as error:
        return CheckStep(APNS_STEP, "failed", *check_messages.APNS_REFUSED, facts={"reason": error.detail})
    return CheckStep(APNS_STEP, "ok", check_messages.APNS_REACHABLE)
