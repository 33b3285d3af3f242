"""What a schedule keeps hold of, and lets go."""

from pathlib import Path

from wbtyped.download.schedule import Schedule
from wbtyped.download.sink import IN_MEMORY
from wbtyped.download.transfer import Expired, Transfer
from wbtyped.download.tree import FolderTree


def test_abandon_after_refreshed_url_releases_partial_file(tmp_path: Path) -> None:
    transfer = Transfer(
        "http://127.0.0.1:1/a", tmp_path / "a", None, "1B2M2Y8AsgTpgAmY7PhCfg==", "file 'a'",
        source=lambda names: dict.fromkeys(names, ""),
    )  # fmt: skip
    schedule = Schedule(1, 60, lambda _, __: None, FolderTree(tmp_path))
    schedule.add(transfer)
    attempt = schedule.take(0)
    assert attempt is not None
    attempt.sink.write(bytes(IN_MEMORY + 1))
    schedule.ended(attempt, Expired("file 'a': HTTP 403"))
    [waiting] = schedule.expired()
    schedule.renewed(waiting, "http://127.0.0.1:1/b")
    schedule.cancel()
    schedule.abandon()
    later = FolderTree(tmp_path)
    found = later.take(later.enter(transfer.target), transfer.target.name, transfer.digest)
    assert found is not None, "nobody holds what a later call is to resume"
    found[1].close()
    later.close()
