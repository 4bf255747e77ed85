"""Typeface and icons from packages, tried on a small set of packages made here."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from app.desk import assets
from app.desk.assets import FONT_CSS, FONT_FOLDER, HERE, ICON_FOLDER, ICONS, PIECES, NotBrought, bring, sprite

ICON = """<!-- @license -->
<svg
  class="lucide"
  viewBox="0 0 24 24"
>
  <path d="M1 2 3 4" />
  <circle cx="1" cy="2" r="3" />
</svg>
"""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    root = tmp_path / "node_modules"
    (root / FONT_FOLDER / PIECES).mkdir(parents=True)
    (root / FONT_FOLDER / PIECES / "Pretendard.0.woff2").write_bytes(b"wOF2")
    (root / FONT_FOLDER / FONT_CSS).write_text(f"src: url(./{PIECES}/Pretendard.0.woff2)")
    (root / ICON_FOLDER).mkdir(parents=True)
    (root / "lucide-static" / "LICENSE").write_text("ISC")
    for name in ICONS:
        (root / ICON_FOLDER / f"{name}.svg").write_text(ICON)
    return root


def test_every_icon_of_the_table_becomes_a_symbol_in_the_texts_colour(packages: Path) -> None:
    symbols = ET.fromstring(sprite(packages / ICON_FOLDER, ICONS)).findall(f"{SVG}symbol")
    assert [symbol.get("id") for symbol in symbols] == list(ICONS)
    assert {symbol.get("stroke") for symbol in symbols} == {"currentColor"}
    assert [part.tag for part in symbols[0]] == [f"{SVG}path", f"{SVG}circle"]


def test_an_icon_that_the_package_lacks_is_named(packages: Path) -> None:
    with pytest.raises(NotBrought, match="unicorn"):
        sprite(packages / ICON_FOLDER, ["house", "unicorn"])


def test_every_icon_that_a_page_or_a_screen_names_is_in_the_table() -> None:
    house = HERE.parent
    in_pages = {
        name
        for page in house.rglob("templates/**/*.html")
        for name in re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", page.read_text())
    }
    in_screens = {
        name
        for screen in house.rglob("*.py")
        for name in re.findall(r"""\bicon(?:: \w+)? = ["']([a-z0-9-]+)["']""", screen.read_text())
    }
    assert (in_pages | in_screens) - set(ICONS) == set()


def test_the_table_names_no_icon_twice() -> None:
    assert len(ICONS) == len(set(ICONS))


def test_pages_find_the_pieces_of_the_typeface_beside_its_css(packages: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    bring(packages, vendor)
    named = re.findall(r"url\(\./([^)]+)\)", (vendor / "fonts" / "fonts.css").read_text())
    assert named == ["Pretendard.0.woff2"]
    assert all((vendor / "fonts" / name).exists() for name in named)
    assert (vendor / "icons" / "LICENSE").exists()


def test_what_was_brought_before_stays_when_the_new_cannot_be_had(packages: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    bring(packages, vendor)
    (packages / ICON_FOLDER / "house.svg").unlink()
    with pytest.raises(NotBrought):
        bring(packages, vendor)
    assert (vendor / "icons" / "sprite.svg").exists()


def test_without_a_network_it_says_so_and_pages_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    assert assets.main() == 1
    assert "make assets" in capsys.readouterr().err
    assert not (tmp_path / "vendor").exists()


def test_the_second_time_there_is_nothing_to_do(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    bring(packages, tmp_path / "vendor")
    (tmp_path / "vendor" / ".stamp").write_text(assets.recipe())
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    assert assets.main() == 0
    assert capsys.readouterr().out == ""


def test_every_package_is_pinned_with_its_hash_and_names_no_registry() -> None:
    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    for name, version in asked.items():
        entry = locked[f"node_modules/{name}"]
        assert entry["version"] == version
        assert entry["integrity"].startswith("sha512-")
    assert not any("resolved" in entry for entry in locked.values())
