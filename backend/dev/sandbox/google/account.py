"""The sandbox's service account: a key file like those of Google's console."""

import json
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

EMAIL = "orion@sandbox.iam.gserviceaccount.com"
ISSUER_ID = "3388000000012345678"


def write_account(path: Path, *, email: str = EMAIL) -> Path:
    """Writes a new key file, readable only by its owner."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    facts = {
        "type": "service_account",
        "project_id": "orion-sandbox",
        "private_key_id": secrets.token_hex(20),
        "private_key": private,
        "client_email": email,
        "client_id": "100000000000000000000",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(facts, indent=2), "utf-8")
    return path


def public_keys(path: Path) -> tuple[str, dict[str, str]]:
    """The account's email, and its public keys by id."""
    facts = json.loads(path.read_text("utf-8"))
    # The key is our own: verifying its primes again would take most of the time.
    key = load_pem_private_key(facts["private_key"].encode(), None, unsafe_skip_rsa_key_validation=True)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return facts["client_email"], {facts["private_key_id"]: public}
