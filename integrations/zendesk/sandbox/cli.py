"""The sandbox on the command line: `python -m integrations.zendesk.sandbox`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from . import demo_world, faults, importer, world
from .account import ADMIN_EMAIL
from .box import PortTaken, Sandbox
from .clock import SimulatedClock
from .engine import Engine
from .limits import PLANS
from .state import FolderHeld, wall_clock
from .traffic import TrafficRefused


def arguments() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m integrations.zendesk.sandbox", description="A Zendesk in a box, on this machine only."
    )
    found.add_argument("--port", type=int, default=8010, help="0 picks a free one; the first line printed tells it")
    found.add_argument("--host", default="127.0.0.1")
    found.add_argument("--data", type=Path, required=True, help="the folder that keeps the account")
    found.add_argument(
        "--world", metavar="demo|empty|FILE",
        help="what stands in a new account: a house with tickets, nothing (as without it), or a file or folder of"
        " reply bodies (.json, or .jsonl with one a line)",
    )  # fmt: skip
    found.add_argument("--seed", type=int, default=1, help="the same seed makes the same demo and the same traffic")
    found.add_argument(
        "--traffic", type=float, default=0, metavar="N", help="how much customers do by themselves, in things a minute"
    )
    found.add_argument("--tickets", type=int, default=demo_world.TICKETS, help="how many the demo has")
    found.add_argument("--subdomain", default="demo")
    found.add_argument("--email", default=ADMIN_EMAIL, help="the admin's e-mail address")
    found.add_argument("--token", help="the admin's API token; without it one is made and written to DATA/token")
    found.add_argument("--plan", choices=sorted(PLANS), default="off", help="whose rate limits hold")
    found.add_argument(
        "--clock", choices=("real", "simulated"), default="real", help="simulated: stands still; POST /_sandbox/clock"
    )
    found.add_argument("--faults", type=Path, metavar="FILE", help="a plan of faults in force from the start (JSON)")
    found.add_argument("--withhold-seconds", type=int, default=60, help="how fresh an export may not be")
    return found


def main(words: list[str] | None = None, engine: Engine | None = None) -> int:
    """Serves until SIGTERM or SIGINT and returns 0; returns 1, with plain words, where it cannot serve. `engine` runs
    the account's own rules; the command itself has none to give."""
    asked = arguments().parse_args(words)
    asked_to_stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked_to_stop.set())

    def told(parts: int) -> None:
        """A word now and then, on stderr: the first line of stdout is the address. Heeds SIGTERM between parts."""
        if asked_to_stop.is_set():
            raise world.WorldRefused("Stopped: what is in stays in, and the same command goes on from there")
        if parts % 20 == 0:
            print(f"{parts * demo_world.CHUNK:,} rows are in", file=sys.stderr, flush=True)

    try:
        box = Sandbox(
            asked.data, email=asked.email, token=asked.token, subdomain=asked.subdomain, plan=asked.plan,
            withhold_seconds=asked.withhold_seconds, engine=engine,
            clock=SimulatedClock(asked.data) if asked.clock == "simulated" else wall_clock,
        )  # fmt: skip
    except (FolderHeld, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    try:
        if asked.world is not None:
            world.bring_in(box.state, asked.world, seed=asked.seed, tickets=asked.tickets, progress=told)
        if asked.faults is not None:
            box.faults.add(*faults.read(asked.faults))
        box.traffic.set({"seed": asked.seed, "per_minute": asked.traffic})
        url = box.start(asked.host, asked.port)
        print(f"Zendesk sandbox on {url}", flush=True)
        asked_to_stop.wait()
    except (PortTaken, faults.FaultInvalid, importer.ImportRefused, world.WorldRefused, TrafficRefused) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    finally:
        box.stop()
    return 0
