"""Every handler of the pages about tablets."""

from litestar import Router

from frontend.office.devices.commands import take_message, take_wipe
from frontend.office.devices.editor import (
    show_device,
    take_device,
    take_pairing_code,
    take_resumption,
    take_revocation,
)
from frontend.office.devices.views import show_devices, show_new_device, take_new_device

DEVICE_PAGES = Router(
    path="/",
    route_handlers=[
        show_devices,
        show_new_device,
        take_new_device,
        show_device,
        take_device,
        take_pairing_code,
        take_revocation,
        take_resumption,
        take_message,
        take_wipe,
    ],
)
