"""Static files for a web server in front, over the upgrades of years."""

import gzip
from pathlib import Path

import brotli

from frontend.export import export
from frontend.kit.assets import Assets


def test_all_files_are_written_as_the_frontend_serves_them_and_those_of_earlier_versions_stay(tmp_path: Path) -> None:
    earlier = tmp_path / "static" / "css" / "orion.00000000.css"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("of last year")
    assets = Assets()
    assert export(assets, tmp_path) == len(assets.by_url)
    assert export(assets, tmp_path) == 0
    assert earlier.read_text() == "of last year"
    for url, asset in assets.by_url.items():
        path = tmp_path / url.lstrip("/")
        assert path.read_bytes() == asset.content
        if path.suffix not in {".woff2", ".png"}:
            assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == asset.content
            assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == asset.content
    assert not list(tmp_path.rglob(".*"))
