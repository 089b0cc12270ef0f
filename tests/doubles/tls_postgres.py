"""A PostgreSQL server with TLS and passwords, as in production; the embedded one has neither."""

import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from backend.dev.sandbox.apple.pki import ROOT, SERVER, SERVER_KEY, YEAR, Authority, pem
from backend.dev.servers.identity import give
from backend.dev.servers.postgres import EmbeddedPostgres
from tests.world.ports import own_port

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "".join(map(chr, range(33, 127))) + " é€"
"""Contains every character that could break a URL."""
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
    """Listens on TCP and accepts only TLS."""

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
                # Makes the server request client certificates; sessions without one are accepted.
                "ssl_ca_file": ROOT,
                "hba_file": str(data_dir.resolve() / "cluster" / "access.conf"),
                "fsync": "off",
            },
        )
        self.authority = self.data_dir / "authority.pem"

    def address(
        self, host: str = KNOWN_BY_NAME, *, password: str = PASSWORD, database: str = "orion", **parameters: str
    ) -> str:
        """The URL for the application role; `host` may name several hosts."""
        hosts = ",".join(name if ":" in name else f"{name}:{self.port}" for name in host.split(","))
        return f"postgresql://orion_app:{quote(password, safe='')}@{hosts}/{database}?{urlencode(parameters)}"

    def revocations(self, *revoked: x509.Certificate) -> bytes:
        """The revocation list of its authority, as PEM."""
        begins = datetime.now(UTC) - timedelta(days=1)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.issuer.certificate.subject)
        builder = builder.last_update(begins).next_update(begins + YEAR)
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(begins).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.issuer.key, SHA256()).public_bytes(Encoding.PEM)

    def _program(self, name: str) -> Path:
        return super()._program(name) if name == "psql" else programs() / name

    def _prepare(self) -> None:
        super()._prepare()
        self.issuer = Authority.root()
        self.issuer.server_files(self.cluster)
        for path in (self.authority, self.cluster / ROOT):
            path.write_bytes(pem(self.issuer.certificate))
        (self.cluster / "access.conf").write_text(ACCESS, "utf-8")
        give(self.cluster, self._identity())

    def _after_start(self) -> None:
        self._sql(PREPARATION.format(password=PASSWORD.replace("'", "''")))
