"""A PostgreSQL that speaks TLS and asks for passwords, as operators have it; the embedded one does neither."""

import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

from backend.core.embedded.identity import give
from backend.core.embedded.postgres import EmbeddedPostgres
from backend.sandbox.apple.pki import SERVER, SERVER_KEY, Authority, pem
from tests.world.ports import own_port

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "".join(map(chr, range(33, 127))) + " é€"
"""Every character that an address may stumble over."""
KNOWN_BY_NAME, NOT_IN_THE_CERTIFICATE = "localhost", "127.0.0.2"
ACCESS = "local all all trust\nhostssl all all 127.0.0.0/8 scram-sha-256\n"
PREPARATION = """
CREATE ROLE orion_app LOGIN PASSWORD '{password}';
CREATE DATABASE orion OWNER orion_app;
CREATE DATABASE standby OWNER orion_app;
ALTER DATABASE standby SET default_transaction_read_only = on;
"""


@cache
def programs() -> Path:
    found = subprocess.run([PROJECT / ".ci" / "postgres"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(found.stdout.strip())


class TlsPostgres(EmbeddedPostgres):
    """Listens on TCP, for TLS alone."""

    def __init__(self, data_dir: Path) -> None:
        self.port = own_port()
        super().__init__(
            data_dir,
            {
                "listen_addresses": f"127.0.0.1,{NOT_IN_THE_CERTIFICATE}",
                "port": str(self.port),
                "ssl": "on",
                "ssl_cert_file": SERVER,
                "ssl_key_file": SERVER_KEY,
                "hba_file": str(data_dir.resolve() / "cluster" / "access.conf"),
                "fsync": "off",
            },
        )
        self.authority = self.data_dir / "authority.pem"

    def address(
        self, host: str = KNOWN_BY_NAME, *, password: str = PASSWORD, database: str = "orion", **parameters: str
    ) -> str:
        """As the application; `host` may be several."""
        hosts = ",".join(name if ":" in name else f"{name}:{self.port}" for name in host.split(","))
        return f"postgresql://orion_app:{quote(password, safe='')}@{hosts}/{database}?{urlencode(parameters)}"

    def _program(self, name: str) -> Path:
        return super()._program(name) if name == "psql" else programs() / name

    def _prepare(self) -> None:
        super()._prepare()
        authority = Authority.root()
        authority.server_files(self.cluster)
        self.authority.write_bytes(pem(authority.certificate))
        (self.cluster / "access.conf").write_text(ACCESS, "utf-8")
        give(self.cluster, self._identity())

    def _after_start(self) -> None:
        self._sql(PREPARATION.format(password=PASSWORD.replace("'", "''")))
