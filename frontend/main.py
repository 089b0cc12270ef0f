"""The frontend's process: `orion frontend`."""

import os
import sys

from environment.places import check_place
from environment.reading import SettingsError
from frontend.settings import load_settings


def main() -> None:
    """Becomes the server. Exit 1 when the settings are at fault."""
    try:
        settings = load_settings()
        check_place("frontend", settings.frontend_host, settings.frontend_port)
    except SettingsError as error:
        sys.exit(str(error))
    command = ["granian", "--interface", "asgi", "--loop", "uvloop", "--factory", "frontend.app:create_app"]
    place = ["--host", settings.frontend_host, "--port", str(settings.frontend_port)]
    os.execv(sys.executable, [sys.executable, "-m", *command, *place])  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
