"""Caddy with deploy/Caddyfile on this machine, with certificates of its own authority."""

import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.deploy.compose import ended, until_it_answers
from tests.deploy.tools import PROJECT, tool
from tests.world.patience import PATIENCE_SECONDS
from tests.world.ports import own_port

OPTIONS = "local_certs\nskip_install_trust\nauto_https disable_redirects"


class Caddy:
    def __init__(self, port: int, http: httpx.Client) -> None:
        self._port, self._http = port, http

    def get(self, url: str, **headers: str) -> httpx.Response:
        """Asks as somebody whose name server leads here."""
        address = urlsplit(url)
        here = f"https://127.0.0.1:{self._port}{address.path}"
        sent = {"Host": str(address.hostname)} | headers
        return self._http.get(here, headers=sent, extensions={"sni_hostname": address.hostname})


@contextmanager
def open_caddy(environment: Mapping[str, str], folder: Path) -> Iterator[Caddy]:
    """`environment`: the service's. Its sites are at one port of this machine."""
    port = own_port()
    sites = {name: f"{environment[name]}:{port}" for name in ("CADDY_PAGES", "CADDY_API")}
    kept = {"CADDY_OPTIONS": OPTIONS, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    config = str(PROJECT / "deploy" / "Caddyfile")
    command = [tool("caddy", "caddy"), "run", "--adapter", "caddyfile", "--config", config]
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"]} | dict(environment) | sites | kept,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with ended(process):
        name = str(urlsplit(environment["CADDY_PAGES"]).hostname)
        with httpx.Client(verify=False, trust_env=False) as http:
            asked = {"extensions": {"sni_hostname": name}, "headers": {"Host": name}}
            until_it_answers(process, http, f"https://127.0.0.1:{port}/health/live", **asked)
        trusted = ssl.create_default_context(cafile=folder / "caddy" / "pki" / "authorities" / "local" / "root.crt")
        with httpx.Client(verify=trusted, trust_env=False, timeout=PATIENCE_SECONDS) as http:
            yield Caddy(port, http)
