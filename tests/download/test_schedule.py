"""What a schedule holds, and releases."""

from pathlib import Path

from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.verified_writer import MEMORY_LIMIT_BYTES
from wbtyped.download.schedule import Schedule
from wbtyped.download.transfer import Transfer, UrlExpired


def test_release_after_refreshed_url_frees_part_file(tmp_path: Path) -> None:
    transfer = Transfer(
        "http://127.0.0.1:1/a", tmp_path / "a", None, "1B2M2Y8AsgTpgAmY7PhCfg==", "file 'a'",
        refresh_urls=lambda names: dict.fromkeys(names, ""),
    )  # fmt: skip
    schedule = Schedule(1, 60, lambda _, __: None, FolderTree(tmp_path))
    schedule.add(transfer)
    attempt = schedule.take(0)
    assert attempt is not None
    attempt.writer.write(bytes(MEMORY_LIMIT_BYTES + 1))
    schedule.finish_attempt(attempt, UrlExpired("file 'a': HTTP 403"))
    [waiting] = schedule.take_expired()
    schedule.url_refreshed(waiting, "http://127.0.0.1:1/b")
    schedule.cancel()
    schedule.release()
    later = FolderTree(tmp_path)
    found = later.take(later.enter(transfer.target), transfer.target.name, transfer.digest)
    assert found is not None, "a later call can resume the part file"
    found[1].close()
    later.close()
