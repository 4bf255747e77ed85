"""What the sandbox covers: which of the Support API's operations it answers as Zendesk's reference has them, asked one
by one over HTTP, and how many recorded exchanges of real accounts (OPSROOM_RECORDED) it answers in the recorded shapes.

Exit status 1 below the floors of tests/integrations/sandbox/reference/floors.json.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from integrations.zendesk.sandbox.places import url_map
from tests.integrations.sandbox.reference.coverage import by_area, routed
from tests.integrations.sandbox.reference.proof import Proof, floors, proved
from tests.integrations.sandbox.reference.recordings import RECORDED, exchange_files
from tests.integrations.sandbox.reference.table import reference
from tests.integrations.sandbox.reference.watch import watching
from tests.integrations.sandbox.replay.play import Outcome, played
from tests.integrations.sandbox.replay.reasons import by_reason
from tests.integrations.sandbox.replay.recording import read

WIDTH = 72
EVERY = 25


def progress(what: str, whole: int) -> Callable[[str], None]:
    """A line that counts on a terminal; in a log a line now and then."""
    done = 0

    def told(name: str) -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            line = f"{what} {done}/{whole} · {name}"
            print(f"\r{line[:WIDTH]:{WIDTH}}", end="\n" if done == whole else "", file=sys.stderr, flush=True)
        elif done % EVERY == 0 or done == whole:
            print(f"{what} {done}/{whole}", file=sys.stderr, flush=True)

    return told


def coverage(folder: Path) -> Proof:
    whole = len(reference().operations)
    with watching() as watch:
        proof = proved(folder, watch, progress("operation", len(routed(reference(), url_map()))))
    print(f"\nOperations answered as the reference has them: {len(proof.answered)} / {whole}")
    for area, (mine, all_of_it) in by_area(reference(), proof.answered).items():
        print(f"  {area:36} {mine:3} / {all_of_it:3}")
    for name, why in proof.refused.items():
        print(f"  not answered: {name} ({why})")
    return proof


def replay(folder: Path) -> list[Outcome]:
    files = exchange_files()
    told, found = progress("recording", len(files)), []
    for number, path in enumerate(files):
        told(path.stem)
        found += played(read(path), folder / str(number))
    matched = sum(outcome.matched for outcome in found)
    print(
        f"\nRecorded exchanges matched: {matched} / {len(found)} ({percent(found):.1f} %), of {len(files)} recordings"
    )
    for why, left in by_reason(outcome for outcome in found if not outcome.matched).items():
        print(f"  {len(left):3} left: {why}")
        for outcome in left:
            print(f"      {outcome.method} {outcome.place} in {outcome.recording}: {outcome.wrong[0]}")
    return found


def percent(outcomes: list[Outcome]) -> float:
    return 100 * sum(outcome.matched for outcome in outcomes) / len(outcomes) if outcomes else 100.0


def main() -> int:
    below = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        answered = len(coverage(folder / "coverage").answered)
        if answered < floors().operations:
            below.append(f"{answered} operations are answered; the floor is {floors().operations}")
        if exchange_files():
            matched = percent(replay(folder))
            if matched < floors().recorded_percent:
                below.append(f"{matched:.1f} % of the recordings match; the floor is {floors().recorded_percent} %")
        else:
            print(f"\nNo recordings at hand ({RECORDED}): coverage alone. OPSROOM_RECORDED names their folder.")
    print("\n" + ("\n".join(f"✗ {why}" for why in below) if below else "✓ at or above both floors"))
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
