"""Every handler of the pages about API keys."""

from litestar import Router

from frontend.office.api_keys.editor import show_key, take_key, take_key_revocation
from frontend.office.api_keys.views import show_keys, show_new_key, show_rotation, take_new_key, take_rotation

API_KEY_PAGES = Router(
    path="/",
    route_handlers=[
        show_keys,
        show_new_key,
        take_new_key,
        show_key,
        take_key,
        take_key_revocation,
        show_rotation,
        take_rotation,
    ],
)
