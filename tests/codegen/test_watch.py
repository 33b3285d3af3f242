"""`wbtyped codegen --watch`, in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

SCHEMA = Path(__file__).parent / "schemas" / "sweeps.graphql"
QUERY = "query One($id: ID!) { sweep(id: $id) { id } }"
SECONDS = 60


class Watch:
    """A running command, and the lines that it prints."""

    def __init__(self, queries: Path, out: Path) -> None:
        command = ["codegen", "--watch", "--queries", str(queries), "--out", str(out)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wbtyped", *command, "--schema", str(SCHEMA)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.lines: Queue[str] = Queue()
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def line(self) -> str:
        """Return the next line."""
        return self.lines.get(timeout=SECONDS)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "one.graphql").write_text(QUERY)
    running = Watch(tmp_path / "queries", tmp_path / "watched")
    yield running
    running.process.kill()
    running.process.wait()
    assert running.process.stdout
    running.process.stdout.close()


def functions(folder: Path) -> str:
    return (folder / "watched" / "__init__.py").read_text()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_watch_compiles_changes_reports_errors_and_ends_quietly(
    watch: Watch, tmp_path: Path
) -> None:
    queries = tmp_path / "queries"
    assert "files written" in watch.line()
    assert "one" in functions(tmp_path)

    (queries / "two.graphql").write_text(QUERY.replace("One", "Two"))
    assert "files written" in watch.line()
    assert "two" in functions(tmp_path)

    (queries / "two.graphql").write_text(QUERY.replace("One", "Two").replace("{ id }", "{ no }"))
    assert watch.line() == (
        f"{queries.as_posix()}/two.graphql:1:40: Cannot query field 'no' on type 'Sweep'."
    )
    assert "two" in functions(tmp_path)

    for file in queries.iterdir():
        file.unlink()
    while "no operation in" not in watch.line():
        continue  # after one of two was removed, the other is still wrong

    (queries / "three.graphql").write_text(QUERY.replace("One", "Three"))
    assert "files written or removed" in watch.line()
    assert "two" not in functions(tmp_path)

    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(SECONDS) == 130
    watch.reader.join(SECONDS)
    assert watch.line() == "wbtyped: interrupted"
    assert watch.lines.empty()
