"""A tablet as the backend answers it."""

from backend.devices.schemas import DeviceStore, DeviceView
from tests.frontend.canned import ID, MOMENT
from tests.frontend.staff_backend import ANNA_AT_THE_HUB

TABLET = DeviceView(
    id=ID, name="Counter <i>left", profile="till", state="paired",
    store=DeviceStore(ANNA_AT_THE_HUB.id, ANNA_AT_THE_HUB.code, ANNA_AT_THE_HUB.name),
    brand="Lenovo", model="Tab M9", app_version_code=42, app_version_name="1.4.2", os_version="34",
    clock_offset_ms=-90_000, pending_count=3, review_count=2, oldest_pending_at=MOMENT, battery_percent=17,
    network="wifi", is_kiosk_locked=None, created_at=MOMENT, paired_at=MOMENT, last_seen_at=MOMENT, suspended_at=None,
    revoked_at=None, revoked_reason=None, accept_pending_until=None, code_expires_at=None, version=3,
    wipe_requested_at=None, message=None, message_sent_at=None, message_read_at=None,
)  # fmt: skip
