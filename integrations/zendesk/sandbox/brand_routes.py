"""Addresses of the account: subdomains that are free, brands under hosts of their own, mail that arrives."""

import re
import sqlite3

from . import records
from .call import Call, Route
from .replies import Reply, invalid_attribute, not_found
from .shape import Json, ident

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
_SUBDOMAIN = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")


def _checked(host: str | None, subdomain: str) -> Reply:
    """Whether the host could be one at all. Names are not looked up: nothing here asks the network."""
    cname = f"{subdomain}.zendesk.com"
    if host and _HOST.fullmatch(host) and not host.endswith(".zendesk.com"):
        return Reply({"is_valid": True, "cname": cname})
    return Reply({"is_valid": False, "cname": host, "reason": "not_a_cname", "expected_cnames": [cname]})


def check_host(call: Call) -> Reply:
    subdomain = call.arg("subdomain")
    if not subdomain:
        raise invalid_attribute("subdomain", "given")
    return _checked(call.arg("host_mapping"), subdomain)


def check_host_of(call: Call, brand_id: str) -> Reply:
    with call.state.read() as db:
        brand = records.one(db, "brand", ident(brand_id))
    if brand is None:
        raise not_found()
    return _checked(brand["host_mapping"], str(brand["subdomain"]))


def available(call: Call) -> Reply:
    """Free is a name of the right form that no brand of this account has."""
    wanted = (call.arg("subdomain") or "").lower()
    with call.state.read() as db:
        taken = _subdomains(db)
    return Reply({"success": bool(_SUBDOMAIN.fullmatch(wanted)) and wanted not in taken})


def _subdomains(db: sqlite3.Connection) -> set[str]:
    return {str(row["subdomain"]).lower() for row in records.every(db, "brand")}


def verify(call: Call, address_id: str) -> Reply:
    """Asks for a test letter through the address. What is sent to it arrives here, so its forwarding is good."""
    call.need_admin()
    with call.write() as tx:
        row = records.one(tx.db, "recipient_address", ident(address_id))
        if row is None:
            raise not_found()
        done: Json = {"forwarding_status": "verified", "updated_at": tx.stamp}
        records.put(tx, "recipient_address", row | done)
        tx.note("recipient_address", row["id"], ["forwarding_status"])
    return Reply(None, 200)


ROUTES = (
    Route(["GET"], "/brands/check_host_mapping", check_host),
    Route(["GET"], "/brands/<brand_id>/check_host_mapping", check_host_of),
    Route(["GET"], "/accounts/available", available),
    Route(["PUT"], "/recipient_addresses/<address_id>/verify", verify),
)
