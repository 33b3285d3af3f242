"""How the server says no."""


class Refusal(Exception):  # noqa: N818 - what a resolver says, not what a caller catches
    """A resolver's refusal, with the HTTP status that the whole answer takes from it."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def missing(what: str) -> Refusal:
    """Return the refusal for something that a mutation names and that does not exist."""
    return Refusal(f"{what} not found", status=404)
