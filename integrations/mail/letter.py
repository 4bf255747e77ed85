"""What is sent, as a value, and how an e-mail is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from integrations.errors import Refused

_ADDRESS = re.compile(r"[^@\s<>\",;:\\]{1,64}@[A-Za-z0-9.\-]{1,255}\Z")
_BREAKS = re.compile(r"[\r\n\x00-\x1f\x7f]+")
LONGEST_SUBJECT = 250


@dataclass(frozen=True, slots=True)
class Mail:
    """`message_id` looks like <…@…> and stays the same however often it is sent: that is how a second copy is known."""

    to: str
    subject: str
    body: str
    message_id: str
    at: datetime


def written(mail: Mail, sender: str) -> EmailMessage:
    """Plain text, marked as made by a machine, so that no out-of-office answers it. Raises Refused for what is no
    address."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    message["To"] = _address(mail.to)
    message["Subject"] = _BREAKS.sub(" ", mail.subject).strip()[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.body, charset="utf-8", cte="base64")
    return message


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    if not _ADDRESS.match(spec) or _BREAKS.search(text):
        raise Refused("not an e-mail address")
    return Address(_BREAKS.sub(" ", name), addr_spec=spec)
