"""Opens a pass like an iPhone: verifies hashes and signature, and checks pass.json and the tables of strings."""

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

from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509.oid import NameOID

from backend.dev.sandbox.apple.pkpass_rules import BrokenPass, check_content, require
from backend.dev.sandbox.json_object import JsonObject

OPENSSL = shutil.which("openssl")
STRING = re.compile(r'"((?:[^"\\\n]|\\["\\n])*)" = "((?:[^"\\\n]|\\["\\n])*)";\n')
STRINGS = re.compile(f"(?:{STRING.pattern})*")
TABLE = re.compile(r"[a-z]{2}\.lproj/pass\.strings")
FIELD_GROUPS = ("headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "backFields")


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
        return next(each for each in certificates if each.subject.get_attributes_for_oid(NameOID.USER_ID))

    def fields(self) -> list[JsonObject]:
        return [field for group in FIELD_GROUPS for field in self.content["storeCard"].get(group, [])]

    def in_language(self, language: str) -> "OpenedPass":
        """The pass on a phone with this language: texts in the language's table of strings are translated."""
        name = f"{language}.lproj/pass.strings"
        table = read_table(name, self.files[name]) if name in self.files else {}
        content = json.loads(json.dumps(self.content))
        content["description"] = table.get(content["description"], content["description"])
        for field in (field for group in FIELD_GROUPS for field in content["storeCard"].get(group, [])):
            for part in ("label", "value"):
                if part in field:
                    field[part] = table.get(field[part], field[part])
        return OpenedPass(content, self.files)

    def field(self, key: str) -> JsonObject | None:
        return next((field for field in self.fields() if field["key"] == key), None)


def open_pkpass(archive: bytes, trusted: Path) -> OpenedPass:
    """`trusted`: the phone's root certificate. Raises BrokenPass."""
    files = _unzipped(archive)
    _check_hashes(files)
    _check_signature(files, trusted)
    opened = OpenedPass(_parsed(files["pass.json"]), files)
    check_content(opened.content, opened.fields())
    for name in filter(TABLE.fullmatch, files):
        read_table(name, files[name])
    _check_owner(opened)
    return opened


def alerts(before: OpenedPass, after: OpenedPass) -> list[str]:
    """The lock screen's messages for an update. Several messages are replaced by a single general one."""
    messages = [
        str(field["changeMessage"]).replace("%@", str(field["value"]))
        for field in after.fields()
        if "changeMessage" in field and (old := before.field(field["key"])) and old["value"] != field["value"]
    ]
    return messages if len(messages) <= 1 else [f"{after.content['organizationName']}: changed"]


def read_table(name: str, body: bytes) -> dict[str, str]:
    """Translations by text. Raises BrokenPass for a malformed table, which a phone would silently ignore."""
    require(body.startswith((b"\xff\xfe", b"\xfe\xff")), f"{name} is not UTF-16")
    text = body.decode("utf-16")
    require(STRINGS.fullmatch(text), f"{name} is no table of strings")
    return {_unescaped(source): _unescaped(target) for source, target in STRING.findall(text)}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def _unzipped(archive: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as pkpass:
            names = pkpass.namelist()
            require(len(names) == len(set(names)), "a file is in the archive twice")
            require(not any(".." in name or name.startswith("/") for name in names), "a file would leave the pass")
            return {name: pkpass.read(name) for name in names}
    except zipfile.BadZipFile as error:
        raise BrokenPass("not a zip archive") from error


def _check_hashes(files: dict[str, bytes]) -> None:
    for name in ("pass.json", "manifest.json", "signature", "icon.png"):
        require(name in files, f"{name} is missing")
    manifest = json.loads(files["manifest.json"])
    require(set(manifest) == set(files) - {"manifest.json", "signature"}, "the manifest lists other files")
    for name, digest in manifest.items():
        require(hashlib.sha1(files[name], usedforsecurity=False).hexdigest() == digest, f"{name} was changed")


def _check_signature(files: dict[str, bytes], trusted: Path) -> None:
    """Verifies with OpenSSL, if it is installed, for any purpose: pass certificates are not for email."""
    if OPENSSL is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        content, signature = Path(folder, "manifest.json"), Path(folder, "signature")
        content.write_bytes(files["manifest.json"])
        signature.write_bytes(files["signature"])
        files_and_root = ["-in", str(signature), "-content", str(content), "-CAfile", str(trusted)]
        command = [OPENSSL, "cms", "-verify", "-binary", "-inform", "DER", *files_and_root, "-purpose", "any"]
        result = subprocess.run([*command, "-out", "/dev/null"], capture_output=True, check=False, timeout=10)  # noqa: S603
    require(result.returncode == 0, f"the signature does not verify: {result.stderr.decode().strip()}")


def _parsed(content: bytes) -> JsonObject:
    def refuse(constant: str) -> None:
        raise BrokenPass(f"{constant} is no JSON")

    require(not content.startswith(b"\xef\xbb\xbf"), "pass.json begins with a byte order mark")
    try:
        parsed: JsonObject = json.loads(content.decode("utf-8"), parse_constant=refuse)
    except ValueError as error:
        raise BrokenPass(f"pass.json: {error}") from error
    return parsed


def _check_owner(opened: OpenedPass) -> None:
    """Checks that pass type and team are those of the certificate."""
    content = opened.content
    require(
        _subject(opened.signer, NameOID.USER_ID) == content["passTypeIdentifier"], "the certificate is of another type"
    )
    team = _subject(opened.signer, NameOID.ORGANIZATIONAL_UNIT_NAME)
    require(team == content["teamIdentifier"], "the certificate is of another team")


def _subject(certificate: x509.Certificate, name: x509.ObjectIdentifier) -> object:
    return certificate.subject.get_attributes_for_oid(name)[0].value
