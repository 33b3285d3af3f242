"""Scenarios that upload files to runs, and publish versions."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from tests.faults import sample_files
from tests.faults.findings import Figure, Finding
from tests.faults.sample_files import random_files
from tests.faults.scenario import Setting, unexpected_error
from wbtyped import Api
from wbtyped.download.options import OnError
from wbtyped.errors import ChecksumError, WbtypedError
from wbtyped.upload.options import UploadOptions
from wbtyped.upload.results import UploadResult

LATE_REQUESTS = 5


def options_of(setting: Setting) -> UploadOptions:
    """Return the options of an upload."""
    return {"engine": setting.engine, "jobs": setting.jobs}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files that are uploaded."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def stored_files(setting: Setting) -> dict[str, bytes]:
    """Return the files of the run."""
    root = setting.folder / "root"
    with setting.direct_client() as api:
        for _ in range(LATE_REQUESTS):
            files = api.run(setting.path("run")).files()
            # An upload that the client has given up may still be on its way to the server.
            with suppress(ChecksumError):
                return {file.name: file.save(root, replace=True).read_bytes() for file in files}
    raise RuntimeError("the run changes while nobody uploads to it")


class Upload:
    """Upload a file, new or replacing an earlier one."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        files = sample_files.random_files(setting.random, most=1)
        [(self.name, self.content)] = files.items()
        self.earlier: bytes | None = None
        if setting.random.random() < 0.5:
            self.earlier = sample_files.different_content(setting.random, self.content)
        earlier = {} if self.earlier is None else {self.name: self.earlier}
        setting.server.add_run(setting.path("run"), {"beside.txt": b"beside", **earlier})
        self.folder = setting.folder / "sent"
        self.path = self.folder / self.name
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(self.content)

    def run(self, api: Api) -> None:
        """Upload."""
        api.run(self.setting.path("run")).upload_file(self.path, self.folder)

    async def arun(self, api: Api) -> None:
        """Upload with the asynchronous methods."""
        run = await api.arun(self.setting.path("run"))
        await run.aupload_file(self.path, self.folder)

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong on the server."""
        yield from unexpected_error(error)
        stored = stored_files(self.setting)
        if stored.pop("beside.txt", None) != b"beside":
            yield Finding("lost", "another file of the run is gone or changed")
        content = stored.pop(self.name, None)
        if stored:
            yield Finding("wrong", f"the run has files that nobody sent: {sorted(stored)}")
        if error is None and content != self.content:
            figure: Figure = "lost" if content in {None, self.earlier} else "wrong"
            yield Finding(figure, f"{self.name!r} was acknowledged, but the server lacks it")

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after an upload without faults."""
        if error is not None:
            yield Finding("lost", f"fails without faults too: {type(error).__name__}: {error}")
        yield from self.check(error)


class ManyUploads:
    """Upload a folder to a run that has some of its files already, or others of the same names."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.files = random_files(setting.random, most=10)
        self.earlier: dict[str, bytes] = {}
        for name, content in self.files.items():
            if setting.random.random() < 0.4:
                same = setting.random.random() < 0.5
                other = sample_files.different_content(setting.random, content)
                self.earlier[name] = content if same else other
        setting.server.add_run(setting.path("run"), {"beside.txt": b"beside", **self.earlier})
        self.folder = setting.folder / "sent"
        write_files(self.folder, self.files)
        self.on_error: OnError = "collect" if setting.random.random() < 0.5 else "raise"
        self.result: UploadResult | None = None

    def run(self, api: Api) -> None:
        """Upload."""
        self.result = None
        run = api.run(self.setting.path("run"))
        options = options_of(self.setting)
        self.result = run.upload(self.folder, self.folder, on_error=self.on_error, **options)

    async def arun(self, api: Api) -> None:
        """Upload with the asynchronous methods."""
        self.result = None
        run = await api.arun(self.setting.path("run"))
        options = options_of(self.setting)
        self.result = await run.aupload(self.folder, self.folder, on_error=self.on_error, **options)

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong on the server."""
        yield from unexpected_error(error)
        stored = stored_files(self.setting)
        if stored.pop("beside.txt", None) != b"beside":
            yield Finding("lost", "another file of the run is gone or changed")
        result = self.result
        acknowledged = {*result.uploaded, *result.skipped} if result is not None else set[str]()
        for name in acknowledged:
            if stored.get(name) != self.files[name]:
                yield Finding("lost", f"{name!r} was acknowledged, but the server lacks it")
        for name, content in stored.items():
            if content not in (self.files.get(name), self.earlier.get(name)):
                yield Finding("wrong", f"{name!r} has a content that nobody sent")
        if result is not None and len(acknowledged) + len(result.failed) != len(self.files):
            yield Finding("wrong", f"{result!r} is not about {len(self.files)} files")

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after an upload without faults."""
        if error is not None:
            yield Finding("lost", f"fails without faults too: {type(error).__name__}: {error}")
        elif self.result is None or not self.result.ok:
            yield Finding("lost", f"fails without faults too: {self.result}")
        yield from self.check(error)


class Publish:
    """Publish a folder, of which an earlier version may have some files."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.files = random_files(setting.random, most=10)
        self.earlier: dict[str, bytes] | None = None
        if setting.random.random() < 0.5:
            kept = {n: c for n, c in self.files.items() if setting.random.random() < 0.5}
            self.earlier = {"only.txt": b"only", **kept}
            setting.server.add_artifact(setting.path("data"), "dataset", self.earlier)
        self.folder = setting.folder / "sent"
        self.folder.mkdir()
        write_files(self.folder, self.files)

    def run(self, api: Api) -> None:
        """Publish."""
        path, options = self.setting.path("data"), options_of(self.setting)
        api.publish(self.folder, path, "dataset", aliases=["best"], **options)

    async def arun(self, api: Api) -> None:
        """Publish with the asynchronous methods."""
        path, options = self.setting.path("data"), options_of(self.setting)
        await api.apublish(self.folder, path, "dataset", aliases=["best"], **options)

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong on the server."""
        yield from unexpected_error(error)
        with self.setting.direct_client() as api:
            try:
                versions = list(api.artifacts("dataset", self.setting.path("data")))
            except WbtypedError:
                versions = []
            found = [self._contents(api, version.name) for version in versions]
            for content in found:
                if content not in (self.files, self.earlier):
                    yield Finding("wrong", f"a version of {sorted(content)} is half or wrong")
            if found.count(self.files) > 1:
                yield Finding("wrong", "the same version was made twice")
            if error is None:
                if self.files not in found:
                    yield Finding("lost", "the version was acknowledged, but the server lacks it")
                elif {"best", "latest"} - {*self._labels(api)}:
                    yield Finding("lost", "the version lacks its aliases")

    def _contents(self, api: Api, name: str) -> dict[str, bytes]:
        root = self.setting.folder / f"root-{name.replace(':', '-')}"
        version = api.artifact(self.setting.path(name))
        version.checkout(root)
        return {entry.path: (root / entry.path).read_bytes() for entry in version.manifest}

    def _labels(self, api: Api) -> list[str]:
        for version in api.artifacts("dataset", self.setting.path("data")):
            if version.file_count == len(self.files) and "best" in version.aliases:
                return version.aliases
        return []

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after publishing without faults."""
        if error is not None:
            yield Finding("lost", f"fails without faults too: {type(error).__name__}: {error}")
        yield from self.check(error)
