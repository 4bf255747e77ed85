"""What a client sends, read whole before anything is locked, and never more of it than may be sent."""

from werkzeug import Request
from werkzeug.exceptions import ClientDisconnected, RequestTimeout


def whole(request: Request, biggest: int) -> bytes:
    """The body, kept for whoever reads it next. A length that says too much is refused before a byte is read
    (RequestEntityTooLarge, by werkzeug); a client that stops in the middle or is silent too long is RequestTimeout."""
    request.max_content_length = biggest
    try:
        return request.get_data(cache=True)
    except ClientDisconnected as silent:
        raise RequestTimeout from silent
