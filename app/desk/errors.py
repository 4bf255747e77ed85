"""Pages for what went wrong: in words, in the reader's language, with what to do, and never a trace of the code."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.words import Words, say

SAID: dict[int, tuple[Words, Words]] = {
    400: (
        say("요청을 이해하지 못했습니다", "This request makes no sense to us"),
        say("주소나 입력값을 확인하고 다시 시도해 주세요.", "Check the address or what was typed, and try again."),
    ),
    401: (
        say("로그인이 필요합니다", "Please sign in"),
        say("로그인한 뒤 다시 시도해 주세요.", "Sign in, then try again."),
    ),
    403: (
        say("권한이 없습니다", "You have not the right to"),
        say("필요하시면 관리자에게 요청해 주세요.", "Ask an admin if you need it."),
    ),
    404: (
        say("찾을 수 없습니다", "Nothing is here"),
        say(
            "주소가 다르거나, 지워졌거나, 볼 수 있는 범위 밖의 기록입니다.",
            "The address is wrong, or the record was deleted or is outside what you may see.",
        ),
    ),
    405: (
        say("이렇게는 열 수 없습니다", "It cannot be opened like this"),
        say("화면의 단추로 다시 시도해 주세요.", "Use the buttons of the page."),
    ),
    409: (
        say("그사이 바뀌었습니다", "It was changed meanwhile"),
        say(
            "새로 열어 지금 값을 확인한 뒤 다시 시도해 주세요.",
            "Open it again, look at what stands now, and try again.",
        ),
    ),
    413: (
        say("너무 큽니다", "That is too big"),
        say("줄여서 다시 보내 주세요.", "Send less at once."),
    ),
    422: (
        say("그렇게 할 수 없습니다", "That cannot be done"),
        say("입력값을 확인해 주세요.", "Check what was typed."),
    ),
    429: (
        say("잠시 쉬었다 해 주세요", "Please wait a moment"),
        say(
            "시도가 너무 많았습니다. 잠시 뒤 다시 시도해 주세요.",
            "There were too many tries. Try again a little later.",
        ),
    ),
    500: (
        say("문제가 생겼습니다", "Something went wrong"),
        say(
            "기록을 남겼습니다. 저장되지 않았을 수 있으니 확인한 뒤 다시 시도해 주세요.",
            "It is written down. What you did may not be saved: check, then try again.",
        ),
    ),
}
STALE_PAGE = say(
    "페이지가 오래되어 보낸 내용을 확인할 수 없었습니다. 뒤로 가서 새로 고친 뒤 다시 보내 주세요.",
    "The page was too old for its content to be trusted. Go back, reload it, and send it again.",
)


def answer_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def told(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        return page(error.code, None)

    @app.errorhandler(CSRFError)
    def stale_page(_: CSRFError) -> ResponseReturnValue:
        return page(400, STALE_PAGE)

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> ResponseReturnValue:
        status = 403 if isinstance(refusal, Forbidden) else 409 if isinstance(refusal, ChangedMeanwhile) else 422
        return page(status, refusal.words)


def page(status: int, words: Words | None) -> ResponseReturnValue:
    """An error as a page, or as JSON where that was asked for. The database, which may be the cause, is not asked."""
    title, what_to_do = SAID.get(status, SAID[500 if status >= 500 else 400])
    if wants_json():
        return {"error": str(words or what_to_do)}, status
    return render_template("desk/error.html", status=status, title=title, words=words or what_to_do), status


def wants_json() -> bool:
    """Whether a script asks, not a person."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
