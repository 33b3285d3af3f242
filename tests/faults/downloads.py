"""Scenes that download: files of runs, artifacts, references, one file."""

from collections.abc import Iterator, Mapping, Sequence

from tests.faults import contents
from tests.faults.findings import Finding
from tests.faults.folders import Expected, Said, judge_around, judge_folder
from tests.faults.references import Resource
from tests.faults.scene import Setting, foreign
from tests.faults.wire import Headers
from wbtyped import Api
from wbtyped.download.cache import maintenance
from wbtyped.download.cache.store import Cache
from wbtyped.download.results import DownloadResult
from wbtyped.server import Reference

VALIDATORS: tuple[tuple[Headers, Headers], ...] = (
    ({"etag": '"first"'}, {"etag": '"later"'}),
    ({"etag": '"first"'}, {"etag": '"later"'}),
    (
        {"last-modified": "Wed, 21 Oct 2015 07:28:00 GMT"},
        {"last-modified": "Thu, 22 Oct 2015 07:28:00 GMT"},
    ),
    ({}, {}),
)
"""What a server says of a content, and of the one that takes its place."""


class Download:
    """What all downloads have in common: a folder, and what is said of its files."""

    def __init__(self, setting: Setting, right: Mapping[str, Sequence[bytes]]) -> None:
        self.setting = setting
        random = setting.random
        before = {
            name: contents.other(random, content[0])
            for name, content in right.items()
            if random.random() < 0.1
        }
        own = contents.own_files(random, {name: content[0] for name, content in right.items()})
        self.expected = Expected(right, own, before)
        self.expected.lay_out(setting.root)
        self.result: DownloadResult | None = None

    def judge(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is not right after a download under faults."""
        yield from foreign(error)
        yield from self._judge_failures()
        yield from judge_folder(self.setting.root, self.expected, self._said(error))
        yield from judge_around(self.setting.folder)
        yield from self._judge_cache()
        self.result = None
        for resource in self.setting.relay.resources.values():
            resource.is_changed = False

    def judge_calm(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is not right after a download without faults, which resumes the first."""
        if error is not None:
            yield Finding("lost", f"not even without faults: {type(error).__name__}: {error}")
        for failed in self.result.failed if self.result else ():
            yield Finding("lost", f"not even without faults: {failed.name!r}: {failed.error}")
        yield from judge_folder(self.setting.root, self.expected, Said(self.expected.right))
        yield from self._judge_cache()

    def _said(self, error: BaseException | None) -> Said:
        if self.result is None:
            return Said(() if error else self.expected.right, finish_attempt=error is not None)
        result, names = self.result, set(self.expected.right)
        failed = {each.name for each in result.failed}
        there = [*result.written, *result.cached, *result.kept]
        return Said(there, failed, finish_attempt=bool(failed - names))

    def _judge_failures(self) -> Iterator[Finding]:
        if self.result is None:
            return
        for failed in self.result.failed:
            yield from foreign(failed.error)
        named = [*self.result.written, *self.result.cached, *self.result.kept]
        named += [failed.name for failed in self.result.failed]
        for name in {name for name in named if named.count(name) > 1}:
            if name in self.expected.right:
                yield Finding("wrong", f"{name!r} appears twice in the result")

    def _judge_cache(self) -> Iterator[Finding]:
        folder = self.setting.cache_folder
        if folder is None:
            return
        for path in maintenance.verify(Cache(folder)):
            yield Finding("wrong", f"the cache held another content as {path.name}")
        for path in folder.rglob("*part*"):
            yield Finding("leftovers", f"{path.name} in the cache")


class RunFiles(Download):
    """Download the files of a run."""

    def __init__(self, setting: Setting) -> None:
        files = contents.files(setting.random)
        setting.server.add_run(setting.path("run"), files)
        super().__init__(setting, {name: [content] for name, content in files.items()})
        self.names = list(files) if setting.random.random() < 0.3 else None

    def play(self, api: Api) -> None:
        """Download, and collect what fails."""
        files = api.run(self.setting.path("run")).files(self.names)
        self.result = files.download(
            self.setting.root, replace=True, on_error="collect",
            engine=self.setting.engine, jobs=self.setting.jobs,
        )  # fmt: skip

    async def aplay(self, api: Api) -> None:
        """Do the same from a coroutine."""
        files = (await api.arun(self.setting.path("run"))).files(self.names)
        self.result = await files.adownload(
            self.setting.root, replace=True, on_error="collect",
            engine=self.setting.engine, jobs=self.setting.jobs,
        )  # fmt: skip


class ArtifactFiles(Download):
    """Download an artifact with or without references, as a whole or as a list of files."""

    def __init__(self, setting: Setting) -> None:
        random = setting.random
        refers_only = random.random() < 0.3
        files = {} if refers_only else contents.files(random)
        right: dict[str, Sequence[bytes]] = {name: [each] for name, each in files.items()}
        references: dict[str, Reference] = {}
        if refers_only or random.random() < 0.4:
            setting.relay.resources = web = resources(setting)
            for path, resource in web.items():
                name, reference, allowed = plan_references(setting, path, resource)
                references[name], right[name] = reference, allowed
        if random.random() < 0.15:
            for name, (reference, content) in elsewhere(setting).items():
                references[name], right[name] = reference, [content]
        setting.server.add_artifact(
            setting.path("data"), "dataset", files, references, layout=random.choice(["V1", "V2"])
        )
        super().__init__(setting, right)
        self.collect = random.random() < 0.6

    def play(self, api: Api) -> None:
        """Download, and collect what fails or raise the first."""
        artifact = api.artifact(self.setting.path("data:latest"))
        root, engine, jobs = self.setting.root, self.setting.engine, self.setting.jobs
        if self.collect:
            self.result = artifact.files().download(
                root, on_error="collect", engine=engine, jobs=jobs
            )
        else:
            artifact.download(root, engine=engine, jobs=jobs)

    async def aplay(self, api: Api) -> None:
        """Do the same from a coroutine."""
        artifact = await api.aartifact(self.setting.path("data:latest"))
        root, engine, jobs = self.setting.root, self.setting.engine, self.setting.jobs
        if self.collect:
            self.result = await artifact.files().adownload(
                root, on_error="collect", engine=engine, jobs=jobs
            )
        else:
            await artifact.adownload(root, engine=engine, jobs=jobs)


def resources(setting: Setting) -> dict[str, Resource]:
    """Return contents on the web by their paths."""
    random = setting.random
    found: dict[str, Resource] = {}
    for number in range(random.randint(1, 3)):
        first = contents.content(random)
        later = contents.other(random, first)
        validators, later_validators = random.choice(VALIDATORS)
        found[f"/references/ref{number}.bin"] = Resource(first, validators, later, later_validators)
    return found


def plan_references(
    setting: Setting, path: str, resource: Resource
) -> tuple[str, Reference, Sequence[bytes]]:
    """Return a name, what a version records of a resource, and which contents are right.

    With the ETag recorded, only the content of that time is right; without, any whole content.
    """
    name = f"referred/{path.rpartition('/')[2]}"
    uri = f"{setting.relay.storage_url}{path}"
    size = len(resource.content)
    etag = resource.validators.get("etag")
    if etag and setting.random.random() < 0.4:
        return name, Reference(uri, etag.strip('"'), size), [resource.content]
    return name, Reference(uri, None, size), [resource.content, resource.later]


def elsewhere(setting: Setting) -> dict[str, tuple[Reference, bytes]]:
    """Return references to the files of another artifact, with their contents."""
    files = contents.files(setting.random, most=2)
    setting.server.add_artifact(setting.path("other"), "dataset", files)
    with setting.direct_client() as api:
        manifest = api.artifact(setting.path("other:latest")).manifest
        return {
            f"elsewhere/{number}": (
                Reference(entry.ref_url(), entry.digest, entry.size or 0),
                files[entry.path],
            )
            for number, entry in enumerate(manifest)
        }


class OneFile(Download):
    """Download one file of a run by itself."""

    def __init__(self, setting: Setting) -> None:
        files = contents.files(setting.random, most=1)
        setting.server.add_run(setting.path("run"), files)
        super().__init__(setting, {name: [content] for name, content in files.items()})
        [self.name] = files

    def play(self, api: Api) -> None:
        """Download, and raise what fails."""
        file = api.run(self.setting.path("run")).file(self.name)
        file.save(self.setting.root, replace=True)

    async def aplay(self, api: Api) -> None:
        """Do the same from a coroutine."""
        file = await (await api.arun(self.setting.path("run"))).afile(self.name)
        await file.asave(self.setting.root, replace=True)
