"""What the sandbox answers: a Reply, or a Refusal in the words and shapes of Zendesk's own errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .shape import Json


@dataclass(frozen=True, slots=True)
class Reply:
    """body is JSON to encode, or bytes to send as they are, or None for an empty reply."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Ends a request with one of Zendesk's errors. A text body goes out as text/plain, as the account-wide 429 does."""

    def __init__(self, status: int, body: Json | str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def not_found() -> Refusal:
    return Refusal(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid_endpoint() -> Refusal:
    return Refusal(404, {"error": "InvalidEndpoint", "description": "Not found"})


def not_authenticated() -> Refusal:
    return Refusal(401, {"error": "Couldn't authenticate you"})


def forbidden() -> Refusal:
    words = "You do not have access to this page. Please contact the account owner of this help desk for further help."
    return Refusal(403, {"error": {"title": "Forbidden", "message": words}})


def no_json() -> Refusal:
    return Refusal(422, {"error": "Unprocessable Entity", "message": "Server could not parse JSON"})


def invalid_attribute(name: str, wanted: str = "an object") -> Refusal:
    words = f"You passed an invalid value for the {name} attribute. Invalid parameter: {name} must be {wanted}"
    return Refusal(400, {"error": {"title": "Invalid attribute", "message": words}})


def record_invalid(name: str, description: str, error: str | None = None) -> Refusal:
    row: Json = {"description": description}
    if error:
        row["error"] = error
    return Refusal(422, {"error": "RecordInvalid", "description": "Record validation errors", "details": {name: [row]}})


def too_large(biggest: int) -> Refusal:
    megabytes = biggest // (1024 * 1024)
    return Refusal(413, {"error": "RequestEntityTooLarge", "description": f"No more than {megabytes} MB may be sent"})


def too_many(description: str, max_count: int | None = None) -> Refusal:
    body: Json = {"error": "TooManyValues", "description": description}
    if max_count is not None:
        body["max_count"] = max_count
    return Refusal(400, body)


def update_conflict() -> Refusal:
    words = (
        "Safe Update prevented the update due to outdated ticket data. "
        "Please fetch the latest ticket data and try again."
    )
    return Refusal(409, {"error": "UpdateConflict", "description": words})


def bad_page(words: str) -> Refusal:
    return Refusal(400, {"errors": [{"code": "InvalidPaginationParameter", "title": words}]})


def too_deep() -> Refusal:
    title = (
        "Pagination requests using Offset Pagination are limited to page 100 or up to 10000 records (page * per_page)"
    )
    detail = "Ask with page[size] instead: cursors lead through lists of any length"
    return Refusal(400, {"errors": [{"code": "InvalidPaginationDepth", "title": title, "detail": detail}]})


def warning(controller: str, action: str, unpermitted: Sequence[str]) -> dict[str, str]:
    """The header with which Zendesk owns up to having dropped keys of a body it answered 2xx to."""
    if not unpermitted:
        return {}
    keys = ", ".join(f'"{key}"' for key in unpermitted)
    text = (
        f'{{:allowed_parameters=>{{:controller=>"{controller}", :action=>"{action}", '
        f":unpermitted_keys=>[{keys}], :invalid_values=>[]}}}}"
    )
    return {"x-zendesk-api-warn": text.encode("ascii", "replace").decode().replace("\r", " ").replace("\n", " ")}
