"""`wbtyped get`: download files of a run, several at a time."""

import asyncio
import base64
import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from ..download.names import safe_target
from ..errors import FileExistsError as TargetExistsError
from ..errors import WbtypedError
from ..files import File, Files
from .connection import connect
from .output import say
from .progress import Progress, Silent, progress

PER_PAGE = 1000
AT_ONCE = 8
"""Files under way at a time: enough to hide the latency of each, too few to burden a server."""


def get_files(
    path: str,
    names: Sequence[str],
    pattern: str | None,
    *,
    root: Path,
    replace: bool,
    base_url: str | None,
    as_json: bool = False,
) -> int:
    """Download files and report on each; returns the exit code."""
    # Coroutines, because a cancelled `asave` stops at once and leaves nothing: Ctrl-C just works.
    with Silent("get") if as_json else progress("get") as report:
        asyncio.run(
            download(path, names, pattern, Fetcher(root, report, replace=replace), base_url)
        )
    if as_json:
        failures = [{"name": name, "reason": reason} for name, reason in report.failures]
        print(json.dumps({"done": report.done, "size": report.size, "failures": failures}))
    else:
        say(report.summary())
    return 1 if report.failures else 0


async def download(
    path: str,
    names: Sequence[str],
    pattern: str | None,
    fetcher: "Fetcher",
    base_url: str | None = None,
) -> None:
    """Download files of a run; what becomes of each is in the progress of `fetcher`."""
    async with connect(base_url) as api:
        run = await api.arun(path)
        await fetcher.fetch(run.files(names, pattern, PER_PAGE))


def file_md5(path: Path) -> str:
    """Return the MD5 digest of a local file in base64, as servers give it."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    return base64.b64encode(digest.digest()).decode()


def is_right(target: Path, file: File) -> bool:
    """Tell whether a local file is known to have the content of a file on the server."""
    status = target.lstat()
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_size == file.size
        and file.md5 is not None
        and file_md5(target) == file.md5
    )


class Fetcher:
    """Downloads lists of files to one folder. A failure of one file does not stop the others."""

    def __init__(self, root: Path, report: Progress, *, replace: bool) -> None:
        self._root = root
        self._report = report
        self._replace = replace

    async def fetch(self, files: Files) -> None:
        """Download all files of a list while it is still being read."""
        listed: asyncio.Queue[File | None] = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self._work(listed))
            await self._list(files, listed)
            for _ in range(AT_ONCE):
                listed.put_nowait(None)

    async def _list(self, files: Files, listed: asyncio.Queue[File | None]) -> None:
        unseen = {name for name in files.names if name}
        try:
            async for page in files.apages():
                self._report.expect(len(page), sum(file.size for file in page))
                for file in page:
                    unseen.discard(file.name)
                    listed.put_nowait(file)
        except WbtypedError as error:
            self._report.fail(f"the list of {files.run.full_path}", error)
            return
        for name in sorted(unseen):
            self._report.fail(name, f"the server says nothing of it in {files.run.full_path}")

    async def _work(self, listed: asyncio.Queue[File | None]) -> None:
        while file := await listed.get():
            try:
                word = await self._settle(file)
            except (WbtypedError, OSError) as error:
                self._report.fail(file.name, error)
            else:
                self._report.finish(word, file.name, file.size)

    async def _settle(self, file: File) -> str:
        """Make sure that one file is there, and say how."""
        target = safe_target(self._root, file.name)
        if file.updated_at is not None and os.path.lexists(target):
            if await asyncio.to_thread(is_right, target, file):
                return "kept"
            if not self._replace:
                raise TargetExistsError(f"{target} exists with other content; see --replace")
        await file.asave(self._root, replace=self._replace)
        return "fetched"
