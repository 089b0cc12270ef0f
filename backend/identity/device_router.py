"""What tablets call: to be paired, and with a token of their own for themselves."""

from litestar import Router

from backend.access.guards import DEVICES, all_of
from backend.devices.principal import of_device, with_device_token
from backend.devices.routes.device import OwnDeviceController, PairingController
from backend.identity.guards import identified
from backend.loyalty.device_sync.routes import DeviceSyncController
from backend.loyalty.offline.routes.allowances import DeviceAllowanceController
from backend.loyalty.offline.routes.device import DeviceBatchController, DeviceGrantController

BY_DEVICE = [{"device": list[str]()}]

own_device = Router(
    "/me",
    guards=[all_of(with_device_token, identified, of_device)],
    opt={DEVICES: True},
    security=BY_DEVICE,
    route_handlers=[
        OwnDeviceController,
        DeviceSyncController,
        DeviceBatchController,
        DeviceGrantController,
        DeviceAllowanceController,
    ],
)
devices = Router("/devices", route_handlers=[PairingController, own_device])
