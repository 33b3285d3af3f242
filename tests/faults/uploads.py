"""A scene that uploads a file to a run."""

from collections.abc import Iterator

from tests.faults import contents
from tests.faults.findings import Figure, Finding
from tests.faults.scene import Setting, foreign
from wbtyped import Api


class Upload:
    """Upload a file, new or in place of another."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        files = contents.files(setting.random, most=1)
        [(self.name, self.content)] = files.items()
        self.earlier: bytes | None = None
        if setting.random.random() < 0.5:
            self.earlier = contents.other(setting.random, self.content)
        earlier = {} if self.earlier is None else {self.name: self.earlier}
        setting.server.add_run(setting.path("run"), {"beside.txt": b"beside", **earlier})
        self.folder = setting.folder / "sent"
        self.path = self.folder / self.name
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes(self.content)

    def play(self, api: Api) -> None:
        """Upload."""
        api.run(self.setting.path("run")).upload_file(self.path, self.folder)

    async def aplay(self, api: Api) -> None:
        """Upload from a coroutine."""
        run = await api.arun(self.setting.path("run"))
        await run.aupload_file(self.path, self.folder)

    def judge(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is not right on the server."""
        yield from foreign(error)
        stored = self._stored()
        if stored.pop("beside.txt", None) != b"beside":
            yield Finding("lost", "another file of the run is gone or changed")
        content = stored.pop(self.name, None)
        if stored:
            yield Finding("wrong", f"the run has files that nobody sent: {sorted(stored)}")
        if error is None and content != self.content:
            figure: Figure = "lost" if content in {None, self.earlier} else "wrong"
            yield Finding(figure, f"{self.name!r} was acknowledged, and the server has not got it")

    def judge_calm(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is not right after an upload without faults."""
        if error is not None:
            yield Finding("lost", f"not even without faults: {type(error).__name__}: {error}")
        yield from self.judge(error)

    def _stored(self) -> dict[str, bytes]:
        root = self.setting.folder / "root"
        with self.setting.direct_client() as api:
            files = api.run(self.setting.path("run")).files()
            return {file.name: file.save(root, replace=True).read_bytes() for file in files}
