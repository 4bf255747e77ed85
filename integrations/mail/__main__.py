"""The demo's mailbox on the command line: `python -m integrations.mail --data FOLDER`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from integrations.mail.mailbox import serving


def main(words: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT and returns 0; 1, in plain words, where it cannot serve."""
    asked = argparse.ArgumentParser(prog="python -m integrations.mail", description="A mailbox for this machine only.")
    asked.add_argument("--data", type=Path, required=True, help="the folder that keeps what arrives")
    asked.add_argument("--port", type=int, default=8020, help="of the page; 0 picks a free one")
    asked.add_argument("--smtp-port", type=int, default=8025, help="0 picks a free one")
    options = asked.parse_args(words)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        with serving(options.data, port=options.port, smtp_port=options.smtp_port) as (url, smtp, _box):
            sys.stdout.write(f"Mailbox on {url}, {smtp}\n")
            sys.stdout.flush()
            stop.wait()
    except OSError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
