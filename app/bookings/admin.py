"""The screens of customers and bookings."""

from __future__ import annotations

from app.bookings.model import Booking, Customer
from app.desk.view import DeskView
from app.words import say


class CustomerView(DeskView):
    model = Customer
    subject = "customers"
    label = say("고객", "Customers")
    icon = "users"


class BookingView(DeskView):
    model = Booking
    subject = "bookings"
    label = say("예약", "Bookings")
    icon = "calendar-check"
