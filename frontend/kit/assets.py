"""Static files under addresses that contain their hash: immutable, compressed once, answered with 304."""

import asyncio
import gzip
import hashlib
import re
from pathlib import Path, PurePosixPath

import brotli
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from frontend.kit.request import Request

STATIC = Path(__file__).parent.parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
COMPRESSED = {".woff2", ".png"}
REFERENCE = {
    ".css": re.compile(r'url\("(?P<path>\.{1,2}/[^"]+)"\)'),
    ".js": re.compile(r'(?:from|import\()\s*"(?P<path>\.{1,2}/[^"]+)"'),
}
COMMENT = re.compile(r"^\s*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
"""Comments on lines of their own, which are removed before the file is served."""
LARGE_BYTES = 200_000
FOREVER = "public, max-age=31536000, immutable"


class Asset:
    def __init__(self, name: str, content: bytes) -> None:
        self.content = content
        self.media_type = MEDIA_TYPES[PurePosixPath(name).suffix]
        self.etag = hashlib.sha256(content).hexdigest()[:16]
        path = PurePosixPath(name)
        self.url = f"/static/{path.with_suffix('')}.{self.etag[:8]}{path.suffix}"
        self._is_compressed = path.suffix in COMPRESSED
        self._packed: dict[str, bytes] = {}

    def packed(self, accepted: str) -> tuple[str | None, bytes]:
        """The content in the best encoding the browser accepts. Compressed at the first request, then cached."""
        coding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else None
        if coding is None or self._is_compressed:
            return None, self.content
        if coding not in self._packed:
            self._packed[coding] = _brotli(self.content) if coding == "br" else gzip.compress(self.content, 9)
        return coding, self._packed[coding]


class Assets:
    """All files of `static/`, read once. References between our own files are rewritten to hashed addresses."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self._by_name: dict[str, Asset] = {}
        names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in MEDIA_TYPES)
        for name in sorted(names):
            self._add(name)
        self.by_url = {asset.url: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """`css/orion.css` → `/static/css/orion.4f1c9a2b.css`. An unknown name raises KeyError."""
        return self._by_name[name].url

    def has(self, name: str) -> bool:
        return name in self._by_name

    def text(self, name: str) -> str:
        return self._by_name[name].content.decode()

    def _add(self, name: str) -> Asset:
        if name not in self._by_name:
            self._by_name[name] = Asset(name, self._rewritten(name, (self._folder / name).read_bytes()))
        return self._by_name[name]

    def _rewritten(self, name: str, content: bytes) -> bytes:
        reference = REFERENCE.get(PurePosixPath(name).suffix)
        if reference is None or name.startswith("vendor/"):
            return content
        folder = (self._folder / name).parent

        def hashed(match: re.Match[str]) -> str:
            path = (folder / match["path"]).resolve().relative_to(self._folder.resolve())
            return match[0].replace(match["path"], self._add(path.as_posix()).url)

        return reference.sub(hashed, COMMENT.sub("", content.decode())).encode()


def _brotli(content: bytes) -> bytes:
    packed: bytes = brotli.compress(content, quality=9 if len(content) > LARGE_BYTES else 11)
    return packed


@get("/static/{path:path}", name="asset", include_in_schema=False)
async def show_asset(request: Request, path: FromPath[str]) -> Response[bytes]:
    assets: Assets = request.app.state.assets
    asset = assets.by_url.get(f"/static{path}")
    if asset is None:
        raise NotFoundException
    headers = {"ETag": f'"{asset.etag}"', "Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    coding, content = await asyncio.to_thread(asset.packed, request.headers.get("accept-encoding", ""))
    if coding:
        headers["Content-Encoding"] = coding
    return Response(content, media_type=asset.media_type, headers=headers)
