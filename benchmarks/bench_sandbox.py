"""The sandbox with many tickets: how long they take to come in, and how quick lists, exports and search then are.

Over HTTP, with one client that reads one page after another; the sandbox is a process of its own, whose processor time
is told beside the clock's: on a machine with other work the clock says little. TICKETS=1000000 says how many (100,000
by default); DATA=FOLDER keeps the account, or takes one that a run before has left.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import requests

TOKEN = "a-token-for-benchmarks-only"
EMAIL = "admin@demo.example"
TICKETS = int(os.environ.get("TICKETS", "100000"))
EXPORT_PAGES = 100
WANTED_PAGES_A_SECOND = 20
Ask = Callable[[str], bytes]


class Export(msgspec.Struct):
    """What a reader of the export needs to go on; the tickets stay as they came."""

    after_url: str
    end_of_stream: bool
    tickets: list[msgspec.Raw]

    def follow(self) -> str | None:
        return None if self.end_of_stream else self.after_url


class Listed(msgspec.Struct):
    links: dict[str, str | None]
    meta: dict[str, object]

    def follow(self) -> str | None:
        return self.links["next"] if self.meta["has_more"] else None


class Cpu:
    """Processor seconds that the sandbox has used."""

    def __init__(self, pid: int) -> None:
        self._path = Path(f"/proc/{pid}/stat")

    def spent(self) -> float:
        ticks = self._path.read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


SEARCHES = (
    ("a rare number", "type:ticket C123456"),
    ("an id", "type:ticket 4711"),
    ("a common word", "type:ticket refund"),
    ("a Korean word", "type:ticket 보일러 연장"),
    ("two words, open, of a tag", "type:ticket status<solved tags:repair heating technician"),
    ("a tag", "type:ticket tags:double_charge"),
    ("columns", "type:ticket status:new priority:urgent created>2020-01-01"),
    ("a requester", "requester:customer7@customer.example"),
)


def timed(name: str, ask: Callable[[], object], times: int = 5) -> None:
    """The median and the slowest of some asks, in milliseconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - start)
    print(f"{statistics.median(seconds) * 1000:>10,.1f} ms  {name}  (slowest {max(seconds) * 1000:,.1f})", flush=True)


def walked(cpu: Cpu, name: str, ask: Ask, path: str, kind: type[Export | Listed], pages: int) -> None:
    """Reads page after page and tells how many a second, by the clock and by the sandbox's processor time."""
    start, spent, read, size, url = time.perf_counter(), cpu.spent(), 0, 0, path
    while read < pages:
        body = ask(url)
        read, size = read + 1, size + len(body)
        after = msgspec.json.decode(body, type=kind).follow()
        if after is None:
            break
        url = after
    clock, own = read / (time.perf_counter() - start), read / max(0.01, cpu.spent() - spent)
    print(f"{clock:>10,.1f} pages a second, {own:,.1f} a second of its processor time  {name}"
          f"  ({read} pages, {size / read / 1024:,.0f} KiB each)", flush=True)  # fmt: skip
    if kind is Export:
        verdict = f"{clock / WANTED_PAGES_A_SECOND:.2f} and {own / WANTED_PAGES_A_SECOND:.2f}"
        print(f"{'':>14}of the {WANTED_PAGES_A_SECOND} that are wanted: {verdict} times")


def measure(url: str, cpu: Cpu) -> None:
    session = requests.Session()
    session.trust_env = False
    session.auth = (f"{EMAIL}/token", TOKEN)

    def ask(path: str) -> bytes:
        reply = session.get(path if path.startswith("http") else f"{url}/api/v2{path}", timeout=600)
        reply.raise_for_status()
        return reply.content

    def find(query: str) -> None:
        session.get(f"{url}/api/v2/search", params={"query": query}, timeout=600).raise_for_status()

    print("Incremental export")
    walked(cpu, "1000 tickets each", ask, "/incremental/tickets/cursor?start_time=0", Export, EXPORT_PAGES)
    print("Lists")
    timed("first page by offset, 100 tickets", lambda: ask("/tickets?per_page=100"))
    timed("hundredth page by offset", lambda: ask("/tickets?per_page=100&page=100"))
    timed("first page, newest update first", lambda: ask("/tickets?sort_by=updated_at&sort_order=desc"))
    view = session.get(f"{url}/api/v2/views", timeout=600).json()["views"][0]["id"]
    timed("a view's tickets", lambda: ask(f"/views/{view}/tickets"))
    timed("the count of all tickets", lambda: ask("/tickets/count"))
    walked(cpu, "by cursor, 100 tickets each", ask, "/tickets?page[size]=100", Listed, 200)
    print("Search")
    for name, query in SEARCHES:
        timed(f"{name}: {query}", partial(find, query), 3)
    export = "/search/export?query=tags:repair&filter[type]=ticket&page[size]=1000"
    walked(cpu, "of the search export, at most 1000 each", ask, export, Listed, 20)
    print("Writes")
    ticket = {"ticket": {"comment": {"body": "한 번 더 확인합니다"}}}
    timed("a comment", lambda: session.put(f"{url}/api/v2/tickets/17", json=ticket, timeout=600), 20)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-sandbox-") as scratch:
        folder = Path(os.environ.get("DATA", scratch))
        argv = ["-m", "integrations.zendesk.sandbox", "--port", "0", "--data", str(folder), "--token", TOKEN]
        argv += ["--withhold-seconds", "0", "--world", "demo", "--tickets", str(TICKETS)]
        start = time.perf_counter()
        with subprocess.Popen([sys.executable, *argv], stdout=subprocess.PIPE, text=True) as box:
            assert box.stdout is not None
            line = box.stdout.readline()
            if not line:
                raise SystemExit("the sandbox did not start")
            seconds = time.perf_counter() - start
            spent = Cpu(box.pid).spent()
            print(f"{TICKETS:,} tickets stood after {seconds:,.0f} s, {spent:,.0f} s of processor time")
            size = sum(path.stat().st_size for path in folder.glob("sandbox.sqlite3*"))
            print(f"{size / 1024**3:.2f} GiB on disk")
            try:
                measure(line.split()[-1], Cpu(box.pid))
            finally:
                box.terminate()


if __name__ == "__main__":
    main()
