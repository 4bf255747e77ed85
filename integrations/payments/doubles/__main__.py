"""The payment doubles on the command line: `python -m integrations.payments.doubles --data FOLDER`.

Secrets come by the environment (STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, TOSS_SECRET_KEY, TOSS_WEBHOOK_SECRET), for a
command line can be read by everybody on the machine.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from integrations.payments.doubles.as_stripe import AsStripe
from integrations.payments.doubles.as_toss import AsToss
from integrations.payments.doubles.call import Manner
from integrations.payments.doubles.desk import serving
from integrations.payments.doubles.double import Double
from integrations.payments.doubles.rings import Hook

MANNERS: Mapping[str, Callable[[str], Manner]] = {"stripe": AsStripe, "toss": AsToss}


def main(words: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT and returns 0; 1, in plain words, where it cannot serve."""
    asked = argparse.ArgumentParser(
        prog="python -m integrations.payments.doubles", description="Stripe and Toss Payments for this machine only."
    )
    asked.add_argument("--data", type=Path, required=True, help="the folder that keeps their books")
    asked.add_argument("--port", type=int, default=8030, help="0 picks a free one")
    asked.add_argument("--webhooks", default="", help="ring here: http://127.0.0.1:8000/webhooks")
    options = asked.parse_args(words)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        keys = {name: os.environ.get(f"{name.upper()}_SECRET_KEY", "") for name in MANNERS}
        doubles = [
            Double(options.data / f"{name}.sqlite3", MANNERS[name](key), _hook(options, name))
            for name, key in keys.items()
            if key
        ]
        if not doubles:
            sys.stderr.write("STRIPE_SECRET_KEY or TOSS_SECRET_KEY must say whose key the doubles take\n")
            return 1
        with serving(doubles, port=options.port) as url:
            sys.stdout.write(f"Payment doubles on {' and '.join(f'{url}/{one.manner.name}' for one in doubles)}\n")
            sys.stdout.flush()
            stop.wait()
    except OSError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


def _hook(options: argparse.Namespace, name: str) -> Hook | None:
    secret = os.environ.get(f"{name.upper()}_WEBHOOK_SECRET", "")
    return Hook(f"{options.webhooks.rstrip('/')}/{name}", secret) if options.webhooks and secret else None


if __name__ == "__main__":
    sys.exit(main())
