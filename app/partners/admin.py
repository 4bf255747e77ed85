"""The screens of partners and vendors."""

from __future__ import annotations

from app.desk.view import DeskView
from app.partners.model import Partner, Vendor
from app.words import say


class PartnerView(DeskView):
    model = Partner
    subject = "partners"
    label = say("파트너", "Partners")
    icon = "handshake"


class VendorView(DeskView):
    model = Vendor
    subject = "partners"
    endpoint = "vendors"
    label = say("협력사", "Vendors")
    icon = "building-2"
