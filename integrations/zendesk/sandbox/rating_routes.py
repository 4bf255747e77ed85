"""What a customer thinks of how her request was solved: said once it was, and changed as long as she likes."""

from . import rating, tickets
from .call import Call, Route
from .replies import Reply, forbidden, record_invalid
from .shape import ident
from .sideloads import plain

SCORES = ("good", "bad")


def rate(call: Call, ticket_id: str) -> Reply:
    wanted = call.wanted("satisfaction_rating")
    call.warn("satisfaction_ratings", "create", "satisfaction_rating", wanted, {"score", "comment", "reason_code"})
    if wanted.get("score") not in SCORES:
        raise record_invalid("score", "Score: must be good or bad", "InvalidValue")
    with call.write() as tx:
        ticket = tickets.one(tx.db, ident(ticket_id))
        if ticket["requester_id"] != call.user["id"] or not ticket["is_public"]:
            raise forbidden()
        row = rating.rate(tx, ticket, wanted, call.by())
    return Reply({"satisfaction_rating": plain("satisfaction_rating", row, call.base)})


ROUTES = (Route(["POST"], "/tickets/<ticket_id>/satisfaction_rating", rate),)
