"""Writes all static files under their hashed addresses, for a web server in front: `orion assets FOLDER`."""

import sys
from pathlib import Path

from frontend.kit.assets import Assets

ENDINGS = {"br": ".br", "gzip": ".gz"}
"""By which Caddy and nginx find what is compressed already."""


def export(assets: Assets, folder: Path) -> int:
    """Returns how many were new. Files of earlier versions stay: pages that are open still refer to them."""
    new = 0
    for url, asset in assets.by_url.items():
        path = folder / url.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        for accepted, ending in ENDINGS.items():
            coding, content = asset.packed(accepted)
            if coding:
                _write(path.with_name(path.name + ending), content)
        new += _write(path, asset.content)
    return new


def _write(path: Path, content: bytes) -> bool:
    """Whole or not at all: the web server may be reading. False for one that is there already."""
    if path.exists():
        return False
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return True


if __name__ == "__main__":
    sys.stdout.write(f"{export(Assets(), Path(sys.argv[1]))} new files.\n")
