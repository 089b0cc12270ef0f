"""Third-party files served to browsers, committed in `static/vendor` and listed in its `vendor.toml`.

`python -m frontend.vendor NAME@VERSION` updates one package with the npm client (no node project, no install) and
rewrites checksums and NOTICE. Only maintainers run it; the tests recompute every checksum without a network.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "static" / "vendor"
MANIFEST = FOLDER / "vendor.toml"
NOTICE = FOLDER / "NOTICE"
PACK_SECONDS = 120

Package = dict[str, Any]


def load_manifest() -> list[Package]:
    """Every package of vendor.toml with its files."""
    packages: list[Package] = tomllib.loads(MANIFEST.read_text("utf-8"))["package"]
    return packages


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def notice(packages: list[Package]) -> str:
    """The text of NOTICE: each package with its license and the license text."""
    parts = ["Third-party files in this folder. Generated from vendor.toml; do not edit."]
    for package in packages:
        files = ", ".join(file["to"] for file in package["file"] if file["to"] != package["license_file"])
        words = (FOLDER / package["license_file"]).read_text("utf-8").strip()
        heading = f"{package['name']} {package['version']} ({package['license']})\n{files}"
        parts.append(f"{'=' * 80}\n{heading}\n{'=' * 80}\n\n{words}")
    return "\n\n".join(parts) + "\n"


def renew(name: str, version: str) -> None:
    """Downloads one package, refuses a tarball other than the recorded one, and writes files, checksums and NOTICE."""
    packages = load_manifest()
    package = next(package for package in packages if package["name"] == name)
    with tempfile.TemporaryDirectory() as folder:
        tarball = _pack(f"{name}@{version}", Path(folder))
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
        if package["version"] == version and package["integrity"] not in {"", integrity}:
            raise SystemExit(f"{name}@{version} is not the tarball that vendor.toml knows")
        package |= {"version": version, "integrity": integrity}
        _keep_files(package, tarball)
    MANIFEST.write_text(_manifest_text(packages), "utf-8")
    NOTICE.write_text(notice(packages), "utf-8")


def _pack(spec: str, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("the npm client is needed to fetch a package")
    command = [npm, "pack", spec, "--json", "--ignore-scripts", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=PACK_SECONDS)  # noqa: S603
    return next(folder.glob("*.tgz"))


def _keep_files(package: Package, tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        for file in package["file"]:
            target = FOLDER / file["to"]
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(_sprite(archive, file["icons"]) if "icons" in file else _read(archive, file["from"]))
            file["sha256"] = sha256(target)


def _read(archive: tarfile.TarFile, path: str) -> bytes:
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise SystemExit(f"{path} is not a file")
    return member.read()


def _sprite(archive: tarfile.TarFile, icons: list[str]) -> bytes:
    """One SVG with a symbol per icon, for `<use href="icons.svg#NAME">`. `card=credit-card` renames an icon."""
    symbols = []
    for icon in icons:
        name, _, original = icon.partition("=")
        drawing = _read(archive, f"icons/{original or name}.svg").decode()
        shapes = " ".join(re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)[^>]*>", drawing))
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def _manifest_text(packages: list[Package]) -> str:
    lines = ["# Third-party files served to browsers; see frontend/vendor.py. The sums are written by it."]
    for package in packages:
        lines += ["", "[[package]]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in package.items() if key != "file"]
        for file in package["file"]:
            lines += ["", "[[package.file]]"]
            lines += [f"{key} = {json.dumps(value)}" for key, value in file.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    renew(*sys.argv[1].rsplit("@", 1))
