"""A scenario that only reads: list the files of a run or an artifact page by page."""

from collections.abc import Iterator

from tests.faults import sample_files
from tests.faults.findings import Finding
from tests.faults.scenario import Setting, unexpected_error
from wbtyped import Api


class Listing:
    """List files in small pages."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        files = sample_files.random_files(setting.random, most=9)
        setting.server.add_run(setting.path("run"), files)
        setting.server.add_artifact(setting.path("data"), "dataset", files)
        self.expected = sorted(files)
        self.of_artifact = setting.random.random() < 0.5
        self.per_page = setting.random.randint(1, 4)
        self.names: list[str] = []

    def run(self, api: Api) -> None:
        """List by `for`."""
        if self.of_artifact:
            artifact = api.artifact(self.setting.path("data:latest"))
            self.names = [file.name for file in artifact.files(per_page=self.per_page)]
        else:
            run = api.run(self.setting.path("run"))
            self.names = [file.name for file in run.files(per_page=self.per_page)]

    async def arun(self, api: Api) -> None:
        """List by `async for`."""
        if self.of_artifact:
            artifact = await api.aartifact(self.setting.path("data:latest"))
            self.names = [file.name async for file in artifact.files(per_page=self.per_page)]
        else:
            run = await api.arun(self.setting.path("run"))
            self.names = [file.name async for file in run.files(per_page=self.per_page)]

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong with the list."""
        yield from unexpected_error(error)
        if error is not None:
            return
        if missing := [name for name in self.expected if name not in self.names]:
            yield Finding("unreported", f"the list lacks {missing}")
        if len(self.names) != len(set(self.names)) or set(self.names) - set(self.expected):
            yield Finding("wrong", f"the list is {self.names}, not {self.expected}")

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong with the list without faults."""
        if error is not None:
            yield Finding("lost", f"fails without faults too: {type(error).__name__}: {error}")
        yield from self.check(error)
