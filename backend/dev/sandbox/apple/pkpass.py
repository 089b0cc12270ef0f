"""A pass as an iPhone opens it: every file hashed, the signature verified, the rules of pass.json held against it."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509.oid import NameOID

JsonObject = dict[str, Any]

OPENSSL = shutil.which("openssl")
REQUIRED = (
    "formatVersion",
    "passTypeIdentifier",
    "serialNumber",
    "teamIdentifier",
    "organizationName",
    "description",
    "storeCard",
)
COLOR = re.compile(r"rgb\((\d{1,3}), (\d{1,3}), (\d{1,3})\)")
COLORS = ("backgroundColor", "foregroundColor", "labelColor")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)")
STRING = re.compile(r'"((?:[^"\\\n]|\\["\\n])*)" = "((?:[^"\\\n]|\\["\\n])*)";\n')
STRINGS = re.compile(f"(?:{STRING.pattern})*")
TABLE = re.compile(r"[a-z]{2}\.lproj/pass\.strings")
PLACES = ("headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "backFields")
TOKEN_LENGTH_MIN = 16


class BrokenPass(Exception):
    """The phone says no more than "invalid pass"; we say why."""


@dataclass(frozen=True)
class OpenedPass:
    content: JsonObject
    files: dict[str, bytes]

    @property
    def serial(self) -> str:
        return str(self.content["serialNumber"])

    @property
    def signer(self) -> x509.Certificate:
        certificates = load_der_pkcs7_certificates(self.files["signature"])
        return next(found for found in certificates if found.subject.get_attributes_for_oid(NameOID.USER_ID))

    def fields(self) -> list[JsonObject]:
        return [field for place in PLACES for field in self.content["storeCard"].get(place, [])]

    def in_language(self, language: str) -> "OpenedPass":
        """On a phone set to this language: whole texts are looked up, what is in no table stays."""
        name = f"{language}.lproj/pass.strings"
        table = read_table(name, self.files[name]) if name in self.files else {}
        shown = json.loads(json.dumps(self.content))
        shown["description"] = table.get(shown["description"], shown["description"])
        for field in (field for place in PLACES for field in shown["storeCard"].get(place, [])):
            for part in ("label", "value"):
                if part in field:
                    field[part] = table.get(field[part], field[part])
        return OpenedPass(shown, self.files)

    def field(self, key: str) -> JsonObject | None:
        return next((field for field in self.fields() if field["key"] == key), None)


def open_pkpass(archive: bytes, trusted: Path) -> OpenedPass:
    """`trusted`: the root certificate. Raises BrokenPass."""
    files = _unzipped(archive)
    _check_hashes(files)
    _check_signature(files, trusted)
    opened = OpenedPass(_parsed(files["pass.json"]), files)
    _check_content(opened)
    for name in filter(TABLE.fullmatch, files):
        read_table(name, files[name])
    _check_owner(opened)
    return opened


def alerts(before: OpenedPass, after: OpenedPass) -> list[str]:
    """What the lock screen says of an update. Two messages at once become one that says nothing."""
    told = [
        str(field["changeMessage"]).replace("%@", str(field["value"]))
        for field in after.fields()
        if "changeMessage" in field and (known := before.field(field["key"])) and known["value"] != field["value"]
    ]
    return told if len(told) <= 1 else [f"{after.content['organizationName']}: changed"]


def read_table(name: str, body: bytes) -> dict[str, str]:
    """Raises BrokenPass. A phone would silently show an empty table."""
    _require(body.startswith((b"\xff\xfe", b"\xfe\xff")), f"{name} is not UTF-16")
    text = body.decode("utf-16")
    _require(STRINGS.fullmatch(text), f"{name} is no table of strings")
    return {_unescaped(source): _unescaped(shown) for source, shown in STRING.findall(text)}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise BrokenPass(otherwise)


def _unzipped(archive: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as pkpass:
            names = pkpass.namelist()
            _require(len(names) == len(set(names)), "a file is in the archive twice")
            _require(not any(".." in name or name.startswith("/") for name in names), "a file would leave the pass")
            return {name: pkpass.read(name) for name in names}
    except zipfile.BadZipFile as error:
        raise BrokenPass("not a zip archive") from error


def _check_hashes(files: dict[str, bytes]) -> None:
    for name in ("pass.json", "manifest.json", "signature", "icon.png"):
        _require(name in files, f"{name} is missing")
    manifest = json.loads(files["manifest.json"])
    _require(set(manifest) == set(files) - {"manifest.json", "signature"}, "the manifest lists other files")
    for name, digest in manifest.items():
        _require(hashlib.sha1(files[name], usedforsecurity=False).hexdigest() == digest, f"{name} was changed")


def _check_signature(files: dict[str, bytes], trusted: Path) -> None:
    """By OpenSSL, where there is one. Any purpose: pass certificates are none for email."""
    if OPENSSL is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        content, signature = Path(folder, "manifest.json"), Path(folder, "signature")
        content.write_bytes(files["manifest.json"])
        signature.write_bytes(files["signature"])
        given = ["-in", str(signature), "-content", str(content), "-CAfile", str(trusted)]
        command = [OPENSSL, "cms", "-verify", "-binary", "-inform", "DER", *given, "-purpose", "any"]
        done = subprocess.run([*command, "-out", "/dev/null"], capture_output=True, check=False, timeout=10)  # noqa: S603
    _require(done.returncode == 0, f"the signature does not verify: {done.stderr.decode().strip()}")


def _parsed(content: bytes) -> JsonObject:
    def refuse(constant: str) -> None:
        raise BrokenPass(f"{constant} is no JSON")

    _require(not content.startswith(b"\xef\xbb\xbf"), "pass.json begins with a byte order mark")
    try:
        parsed: JsonObject = json.loads(content.decode("utf-8"), parse_constant=refuse)
    except ValueError as error:
        raise BrokenPass(f"pass.json: {error}") from error
    return parsed


def _check_content(opened: OpenedPass) -> None:
    content = opened.content
    for name in REQUIRED:
        _require(content.get(name), f"{name} is missing")
    _require(content["formatVersion"] == 1, "formatVersion is not 1")
    for name in COLORS:
        color = COLOR.fullmatch(content.get(name, "rgb(0, 0, 0)"))
        _require(color and all(int(channel) < 256 for channel in color.groups()), f"{name} is no color")  # noqa: PLR2004
    _require(MOMENT.fullmatch(content.get("expirationDate", "2026-01-01T00:00Z")), "expirationDate is no W3C date")
    _check_service(content)
    _check_fields(opened.fields())
    for code in content.get("barcodes", []):
        code["message"].encode(code["messageEncoding"])


def _check_service(content: JsonObject) -> None:
    url, token = content.get("webServiceURL"), content.get("authenticationToken")
    _require(bool(url) == bool(token), "webServiceURL and authenticationToken come together or not at all")
    if url and token:
        _require(not url.rstrip("/").endswith("/v1"), "webServiceURL ends in /v1")
        _require(len(token) >= TOKEN_LENGTH_MIN, "authenticationToken is too short")


def _check_fields(fields: list[JsonObject]) -> None:
    keys = [field["key"] for field in fields]
    _require(len(keys) == len(set(keys)), "two fields have the same key")
    for field in fields:
        _require(isinstance(field["value"], str | int | float), f"{field['key']} has no value")
        _require("%@" in field.get("changeMessage", "%@"), f"{field['key']} has a message without its value")


def _check_owner(opened: OpenedPass) -> None:
    """The pass is of the type, and of the team, that the certificate is for."""
    told = opened.content
    _require(
        _subject(opened.signer, NameOID.USER_ID) == told["passTypeIdentifier"], "the certificate is of another type"
    )
    team = _subject(opened.signer, NameOID.ORGANIZATIONAL_UNIT_NAME)
    _require(team == told["teamIdentifier"], "the certificate is of another team")


def _subject(certificate: x509.Certificate, name: x509.ObjectIdentifier) -> object:
    return certificate.subject.get_attributes_for_oid(name)[0].value
