"""Errors of a request, with their HTTP status."""

NOT_LOGGED_IN = "user is not logged in"
READ_ONLY = "this server serves a mirror, which is read-only; log to another server"


class HttpError(Exception):
    """Rejects a request; the whole response gets this status."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def not_found(what: str) -> HttpError:
    """Return the error for an object that a mutation names and that does not exist."""
    return HttpError(f"{what} not found", status=404)
