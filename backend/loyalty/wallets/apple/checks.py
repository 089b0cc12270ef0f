"""Does Apple Wallet work? Step by step, for the status page and for `orion wallets check`."""

from datetime import datetime

from backend.core.settings import Settings
from backend.loyalty.wallets.apple import sentences
from backend.loyalty.wallets.apple.apns import Apns
from backend.loyalty.wallets.apple.certificates import PassCertificates, has_public_address, inspect, is_configured
from backend.loyalty.wallets.ports import CheckStep, Misconfigured, Permanent, Transient

ADDRESS_STEP, APNS_STEP = "public_address", "apns_reachable"


async def check_apple(settings: Settings, now: datetime) -> list[CheckStep]:
    """Reads the files anew: what a restart would find. No steps when nothing is configured."""
    if not is_configured(settings):
        return []
    certificates, steps = inspect(settings, now)
    steps.append(_check_address(settings))
    has_failed = any(step.outcome == "failed" for step in steps)
    if certificates is None or has_failed:
        return [*steps, CheckStep(APNS_STEP, "skipped", sentences.SKIPPED)]
    return [*steps, await _check_apns(certificates, settings)]


def _check_address(settings: Settings) -> CheckStep:
    facts: dict[str, str | int] = {"address": settings.api_url}
    if not has_public_address(settings):
        return CheckStep(ADDRESS_STEP, "failed", *sentences.NOT_HTTPS, facts=facts)
    return CheckStep(ADDRESS_STEP, "ok", sentences.PUBLIC_ADDRESS, facts=facts)


async def _check_apns(certificates: PassCertificates, settings: Settings) -> CheckStep:
    apns = Apns(certificates, settings.apns_url, push_type=settings.apns_push_type)
    try:
        await apns.ask()
    except Transient as error:
        return CheckStep(APNS_STEP, "failed", *sentences.APNS_SILENT, facts={"reason": error.detail})
    except (Misconfigured, Permanent) as error:
        return CheckStep(APNS_STEP, "failed", *sentences.APNS_REFUSED, facts={"reason": error.detail})
    finally:
        await apns.close()
    return CheckStep(APNS_STEP, "ok", sentences.APNS_REACHABLE)
