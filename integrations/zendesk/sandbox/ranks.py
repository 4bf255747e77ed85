"""Words that stand in an order of their own, lowest first, and how a table is sorted by them."""

from .ticket_change import PRIORITIES, STATUSES

ORDERS: dict[str, tuple[str, ...]] = {"status": STATUSES, "priority": PRIORITIES}


def ranked(column: str) -> str:
    """What to sort by: the rank of its words where the column has ranks, nothing staying nothing; else itself."""
    if column not in ORDERS:
        return column
    ranks = " ".join(f"when '{word}' then {rank}" for rank, word in enumerate(ORDERS[column]))
    return f"case {column} {ranks} end"
