"""Every handler of the pages about webhooks."""

from litestar import Router

from frontend.office.webhooks.deliveries import (
    show_webhook,
    show_webhook_delivery,
    take_failed_replay,
    take_webhook_replay,
    take_webhook_test,
)
from frontend.office.webhooks.views import (
    show_new_webhook,
    show_webhook_form,
    show_webhooks,
    take_end_of_secret,
    take_new_secret,
    take_new_webhook,
    take_webhook,
    take_webhook_deletion,
)

WEBHOOK_PAGES = Router(
    path="/",
    route_handlers=[
        show_webhooks,
        show_new_webhook,
        take_new_webhook,
        show_webhook,
        show_webhook_form,
        take_webhook,
        take_webhook_deletion,
        take_new_secret,
        take_end_of_secret,
        take_failed_replay,
        take_webhook_test,
        show_webhook_delivery,
        take_webhook_replay,
    ],
)
