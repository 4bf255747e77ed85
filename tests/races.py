"""Refunds of one booking asked for by eight connections at once, round after round, on a real PostgreSQL.

Connections, threads and tables are made once: a round is a barrier and eight transactions. Each round has a booking of
its own, so that what it came to can be counted when the batch is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier

from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.session import make_transient_to_detached
from sqlalchemy.pool import QueuePool

from app.bookings.booking import hold, release
from app.bookings.model import Booking, Customer
from app.errors import Refusal
from app.policies.model import Product
from tests.marketplace import PAID_AT, STARTS_AT

ASKERS = 8
PAID, ASKED = 100, 60
BATCH = 250
# In one round of so many, whoever got the money gives it back and asks again.
GIVES_BACK_EVERY = 5
PATIENCE_SECONDS = 120

Ask = Callable[[Session, int, int, bool], int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`over`: rounds in which more was given than was paid. `astray`: rounds after which the booking does not hold
    what was given. `given`: how many requests got through in all.
    """

    rounds: int = 0
    over: int = 0
    astray: int = 0
    given: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.rounds + other.rounds, self.over + other.over, self.astray + other.astray, self.given + other.given
        )


def guarded(session: Session, booking_id: int, minor: int, gives_back: bool) -> int:
    """As the refund desk does it. Tells how much it was left with."""
    booking = Booking(id=booking_id, ref=str(booking_id), currency="KRW", paid_minor=PAID, held_minor=0)
    make_transient_to_detached(booking)
    session.add(booking)
    try:
        hold(session, booking, minor)
        session.commit()
        if gives_back:
            release(session, booking, minor)
            session.commit()
            hold(session, booking, minor)
            session.commit()
    except Refusal:
        session.rollback()
        return 0
    else:
        return minor
    finally:
        session.expunge_all()


def unguarded(session: Session, booking_id: int, minor: int, _gives_back: bool) -> int:
    """The guard switched off: looks at what is left, then writes; the table has no CHECK either."""
    left = session.scalar(
        text("SELECT paid_minor - held_minor FROM unguarded_bookings WHERE id = :id"), {"id": booking_id}
    )
    if left is None or left < minor:
        session.rollback()
        return 0
    values = {"id": booking_id, "minor": minor}
    session.execute(text("INSERT INTO unguarded_refunds (booking_id, minor) VALUES (:id, :minor)"), values)
    session.execute(text("UPDATE unguarded_bookings SET held_minor = held_minor + :minor WHERE id = :id"), values)
    session.commit()
    return minor


@dataclass(slots=True)
class Track:
    """Where races are run: the askers with their connections, and the bookings of a batch."""

    engine: Engine
    bookings: Sequence[int]
    askers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(ASKERS))

    def run(self, rounds: int, ask: Ask = guarded, told: Callable[[int], None] = lambda _: None) -> Outcome:
        """`told` hears how many rounds are done after each batch."""
        total = Outcome()
        while total.rounds < rounds:
            total += self._batch(self.bookings[: rounds - total.rounds], ask)
            told(total.rounds)
        return total

    def _batch(self, bookings: Sequence[int], ask: Ask) -> Outcome:
        table = "bookings" if ask is guarded else "unguarded_bookings"
        with self.engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET held_minor = 0"))
        together = Barrier(ASKERS)

        def asker(_number: int) -> list[int]:
            got = []
            with self.engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
                try:
                    for place, booking_id in enumerate(bookings):
                        together.wait(PATIENCE_SECONDS)
                        got.append(ask(session, booking_id, ASKED, place % GIVES_BACK_EVERY == 0))
                except BaseException:
                    together.abort()
                    raise
            return got

        each = list(self.askers.map(asker, range(ASKERS)))
        given = [sum(of_round) for of_round in zip(*each, strict=True)]
        with self.engine.connect() as connection:
            held = {row.id: row.held_minor for row in connection.execute(text(f"SELECT id, held_minor FROM {table}"))}
        pairs = list(zip(bookings, given, strict=True))
        return Outcome(
            rounds=len(pairs),
            over=sum(1 for one, money in pairs if max(money, held[one]) > PAID),
            astray=sum(1 for one, money in pairs if money != held[one]),
            given=sum(given) // ASKED,
        )


@contextmanager
def a_track(url: str, batch: int = BATCH) -> Iterator[Track]:
    """On a migrated, empty database. Commits need not reach the disk: who waits for whom is the same without."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=ASKERS,
        max_overflow=1,
        connect_args={"options": "-c synchronous_commit=off"},
    )
    try:
        bookings = _made(engine, batch)
        track = Track(engine, bookings)
        yield track
        track.askers.shutdown()
    finally:
        engine.dispose()


def _made(engine: Engine, batch: int) -> list[int]:
    with Session(engine) as session:
        customer = Customer(name="경주", created_at=PAID_AT)
        session.add(customer)
        session.flush()
        rows = [
            {
                "ref": f"RACE-{number:05d}",
                "customer_id": customer.id,
                "product": Product.home_cleaning,
                "city": "서울",
                "payment_ref": f"race_{number}",
                "total_minor": PAID,
                "first_period_minor": PAID,
                "paid_minor": PAID,
                "paid_at": PAID_AT,
                "starts_at": STARTS_AT,
                "ends_at": STARTS_AT + timedelta(hours=3),
                "created_at": PAID_AT,
            }
            for number in range(batch)
        ]
        session.execute(insert(Booking), rows)
        session.execute(text("CREATE TABLE unguarded_bookings AS SELECT id, paid_minor, held_minor FROM bookings"))
        session.execute(text("CREATE TABLE unguarded_refunds (booking_id bigint NOT NULL, minor bigint NOT NULL)"))
        session.commit()
        return list(session.scalars(select(Booking.id).order_by(Booking.id)))
