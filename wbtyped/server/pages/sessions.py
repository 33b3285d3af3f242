"""Who is signed in: a cookie with a random value, which says nothing about the key."""

import secrets
import threading

from starlette.requests import cookie_parser
from starlette.responses import Response

SESSION_BYTES = 32
MAX_SESSIONS = 1_000
"""The oldest is signed out beyond that."""


class Sessions:
    """The browsers that have sent the key once; forgotten when the server ends."""

    def __init__(self) -> None:
        self._users: dict[str, int] = {}
        self._lock = threading.Lock()

    def sign_in(self, response: Response, port: int | None, user_id: int) -> None:
        """Start a session, whose cookie goes with a response."""
        value = secrets.token_urlsafe(SESSION_BYTES)
        with self._lock:
            while len(self._users) >= MAX_SESSIONS:
                del self._users[next(iter(self._users))]
            self._users[value] = user_id
        response.set_cookie(cookie_name(port), value, httponly=True, samesite="strict")

    def sign_out(self, cookies: str, response: Response, port: int | None) -> None:
        """End a session."""
        with self._lock:
            self._users.pop(session_value(cookies, port), None)
        response.delete_cookie(cookie_name(port), httponly=True, samesite="strict")

    def user_id(self, cookies: str, port: int | None) -> int | None:
        """Return the row id of the user whose session a Cookie header has; None without one."""
        return self._users.get(session_value(cookies, port))


def session_value(cookies: str, port: int | None) -> str:
    """Return the value of the session in a Cookie header; empty without one."""
    return cookie_parser(cookies).get(cookie_name(port), "")


def cookie_name(port: int | None) -> str:
    """Return the name of the cookie; browsers send cookies to every port of a host."""
    return f"wbtyped-session-{port or 80}"
