"""A scenario that uploads a file to a run."""

from collections.abc import Iterator

from tests.faults import sample_files
from tests.faults.findings import Figure, Finding
from tests.faults.scenario import Setting, unexpected_error
from wbtyped import Api


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
        stored = self._stored()
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

    def _stored(self) -> dict[str, bytes]:
        root = self.setting.folder / "root"
        with self.setting.direct_client() as api:
            files = api.run(self.setting.path("run")).files()
            return {file.name: file.save(root, replace=True).read_bytes() for file in files}
