"""Does Apple Wallet work? Step by step, for the status page and for `orion wallets check`."""

import asyncio
from datetime import datetime

from backend.core.settings import Settings
from backend.wallets.apple import sentences
from backend.wallets.apple.apns import Apns
from backend.wallets.apple.certificates import inspect, is_configured, is_https, is_known_outside
from backend.wallets.apple.opening import Apple
from backend.wallets.ports import CheckStep, Misconfigured, Permanent, Transient

ADDRESS_STEP, APNS_STEP = "public_address", "apns_reachable"


async def check_apple(settings: Settings, now: datetime, running: Apple | None = None) -> list[CheckStep]:
    """Reads the files anew: what a restart would find. No steps when nothing is configured.

    `running`: of this process. Its connection is used as long as the certificate is still the same, because Apple takes
    reconnecting for an attack.
    """
    if not is_configured(settings):
        return []
    certificates, steps = await asyncio.to_thread(inspect, settings, now)
    steps.append(_check_address(settings))
    has_failed = any(step.outcome == "failed" for step in steps)
    if certificates is None or has_failed:
        return [*steps, CheckStep(APNS_STEP, "skipped", sentences.SKIPPED)]
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
        return CheckStep(ADDRESS_STEP, "failed", *sentences.NOT_HTTPS, facts=facts)
    if not is_known_outside(settings):
        return CheckStep(ADDRESS_STEP, "failed", *sentences.NOT_PUBLIC, facts=facts)
    return CheckStep(ADDRESS_STEP, "ok", sentences.PUBLIC_ADDRESS, facts=facts)


async def _check_apns(apns: Apns) -> CheckStep:
    try:
        await apns.ask()
    except Transient as error:
        return CheckStep(APNS_STEP, "failed", *sentences.APNS_SILENT, facts={"reason": error.detail})
    except (Misconfigured, Permanent) as error:
        return CheckStep(APNS_STEP, "failed", *sentences.APNS_REFUSED, facts={"reason": error.detail})
    return CheckStep(APNS_STEP, "ok", sentences.APNS_REACHABLE)
