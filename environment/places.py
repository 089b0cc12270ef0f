"""Where a server listens."""

import socket

from environment.reading import SettingsError, name_of


def check_place(process: str, host: str, port: int) -> None:
    """Raises SettingsError when nothing can listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # What a closed connection leaves behind for a minute keeps no server from listening.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        setting = name_of(f"{process}_host") if isinstance(error, socket.gaierror) else name_of(f"{process}_port")
        raise SettingsError(f"{setting}: nothing can listen at that host and port ({reason}); name others.") from None
