"""What a case must not do to the process: go on for ever, or end threads by exceptions."""

import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager

from tests.faults.findings import Finding


class Ended:
    """The end of a piece of work, with its error if there is one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Hang:
    """A piece of work that does not end, and where it stands."""

    def __init__(self, thread: threading.Thread) -> None:
        # There is no public way to see where another thread stands.
        frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage]
        frame = frames.get(thread.ident or 0)
        steps = traceback.extract_stack(frame)[-4:] if frame else ()
        self.where: str = " > ".join(
            f"{each.name} ({each.filename}:{each.lineno})" for each in steps
        )


def within(seconds: float, work: Callable[[], BaseException | None]) -> Ended | Hang:
    """Do something in a thread, which is left behind when it does not end in time."""
    finish_attempt: list[Ended] = []
    thread = threading.Thread(target=lambda: finish_attempt.append(Ended(work())), daemon=True)
    thread.start()
    thread.join(seconds)
    return finish_attempt[0] if finish_attempt else Hang(thread)


@contextmanager
def uncaught() -> Generator[list[Finding]]:
    """Collect the exceptions that end threads of the client."""
    findings: list[Finding] = []

    def note(hook: threading.ExceptHookArgs) -> None:
        name = hook.thread.name if hook.thread else "a thread"
        findings.append(
            Finding("foreign exceptions", f"{name}: {hook.exc_type.__name__}: {hook.exc_value}")
        )

    before, threading.excepthook = threading.excepthook, note
    try:
        yield findings
    finally:
        threading.excepthook = before
