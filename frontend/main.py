"""Entry point of the frontend process: `orion frontend`."""

import sys

from environment.reading import SettingsError
from environment.server import check_address, serve
from frontend.settings import load_settings


def main() -> None:
    """Replaces this process with the server. Exits with 1 when the settings are invalid."""
    try:
        settings = load_settings()
        check_address(settings, "frontend_host", "frontend_port")
    except SettingsError as error:
        sys.exit(str(error))
    serve("frontend.app:create_app", settings.frontend_host, settings.frontend_port)


if __name__ == "__main__":
    main()
