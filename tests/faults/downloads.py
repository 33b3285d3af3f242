"""Scenarios that download: files of runs, artifacts, references, a single file."""

from collections.abc import Iterator, Mapping, Sequence

from tests.faults import sample_files
from tests.faults.findings import Finding
from tests.faults.folder_checks import Expected, Reported, check_folder, check_surroundings
from tests.faults.references import Resource
from tests.faults.scenario import Setting, unexpected_error
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
"""Headers of a resource, and of the content that replaces it."""


class Download:
    """What all downloads have in common: a folder, and what is reported of its files."""

    def __init__(self, setting: Setting, allowed: Mapping[str, Sequence[bytes]]) -> None:
        self.setting = setting
        random = setting.random
        stale = {
            name: sample_files.different_content(random, contents[0])
            for name, contents in allowed.items()
            if random.random() < 0.1
        }
        user = sample_files.user_files(
            random, {name: contents[0] for name, contents in allowed.items()}
        )
        self.expected = Expected(allowed, user, stale)
        self.expected.write(setting.root)
        self.result: DownloadResult | None = None

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after a download with faults."""
        yield from unexpected_error(error)
        yield from self._check_failures()
        yield from check_folder(self.setting.root, self.expected, self._reported(error))
        yield from check_surroundings(self.setting.folder)
        yield from self._check_cache()
        self.result = None
        for resource in self.setting.relay.resources.values():
            resource.is_changed = False

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after a download without faults, which resumes the first one."""
        if error is not None:
            yield Finding("lost", f"fails without faults too: {type(error).__name__}: {error}")
        for failed in self.result.failed if self.result else ():
            yield Finding("lost", f"fails without faults too: {failed.name!r}: {failed.error}")
        yield from check_folder(self.setting.root, self.expected, Reported(self.expected.allowed))
        yield from self._check_cache()

    def _reported(self, error: BaseException | None) -> Reported:
        if self.result is None:
            return Reported(() if error else self.expected.allowed, aborted=error is not None)
        result, names = self.result, set(self.expected.allowed)
        failed = {file.name for file in result.failed}
        present = [*result.written, *result.cached, *result.kept]
        return Reported(present, failed, aborted=bool(failed - names))

    def _check_failures(self) -> Iterator[Finding]:
        if self.result is None:
            return
        for failed in self.result.failed:
            yield from unexpected_error(failed.error)
        named = [*self.result.written, *self.result.cached, *self.result.kept]
        named += [failed.name for failed in self.result.failed]
        for name in {name for name in named if named.count(name) > 1}:
            if name in self.expected.allowed:
                yield Finding("wrong", f"{name!r} appears twice in the result")

    def _check_cache(self) -> Iterator[Finding]:
        folder = self.setting.cache_folder
        if folder is None:
            return
        for path in maintenance.verify(Cache(folder)):
            yield Finding("wrong", f"the cache held incorrect content as {path.name}")
        for path in folder.rglob("*part*"):
            yield Finding("leftovers", f"{path.name} in the cache")


class RunFiles(Download):
    """Download the files of a run."""

    def __init__(self, setting: Setting) -> None:
        files = sample_files.random_files(setting.random)
        setting.server.add_run(setting.path("run"), files)
        super().__init__(setting, {name: [content] for name, content in files.items()})
        self.names = list(files) if setting.random.random() < 0.3 else None

    def run(self, api: Api) -> None:
        """Download and collect the failures."""
        files = api.run(self.setting.path("run")).files(self.names)
        self.result = files.download(
            self.setting.root, replace=True, on_error="collect",
            engine=self.setting.engine, jobs=self.setting.jobs,
        )  # fmt: skip

    async def arun(self, api: Api) -> None:
        """Do the same with the asynchronous methods."""
        files = (await api.arun(self.setting.path("run"))).files(self.names)
        self.result = await files.adownload(
            self.setting.root, replace=True, on_error="collect",
            engine=self.setting.engine, jobs=self.setting.jobs,
        )  # fmt: skip


class ArtifactFiles(Download):
    """Download an artifact with or without references, as a whole or as a list of files."""

    def __init__(self, setting: Setting) -> None:
        random = setting.random
        only_references = random.random() < 0.3
        files = {} if only_references else sample_files.random_files(random)
        allowed: dict[str, Sequence[bytes]] = {name: [content] for name, content in files.items()}
        references: dict[str, Reference] = {}
        if only_references or random.random() < 0.4:
            setting.relay.resources = resources = make_resources(setting)
            for path, resource in resources.items():
                name, reference, contents = make_reference(setting, path, resource)
                references[name], allowed[name] = reference, contents
        if random.random() < 0.15:
            for name, (reference, content) in artifact_references(setting).items():
                references[name], allowed[name] = reference, [content]
        setting.server.add_artifact(
            setting.path("data"), "dataset", files, references, layout=random.choice(["V1", "V2"])
        )
        super().__init__(setting, allowed)
        self.collect = random.random() < 0.6

    def run(self, api: Api) -> None:
        """Download, and collect the failures or raise the first."""
        artifact = api.artifact(self.setting.path("data:latest"))
        root, engine, jobs = self.setting.root, self.setting.engine, self.setting.jobs
        if self.collect:
            self.result = artifact.files().download(
                root, on_error="collect", engine=engine, jobs=jobs
            )
        else:
            artifact.download(root, engine=engine, jobs=jobs)

    async def arun(self, api: Api) -> None:
        """Do the same with the asynchronous methods."""
        artifact = await api.aartifact(self.setting.path("data:latest"))
        root, engine, jobs = self.setting.root, self.setting.engine, self.setting.jobs
        if self.collect:
            self.result = await artifact.files().adownload(
                root, on_error="collect", engine=engine, jobs=jobs
            )
        else:
            await artifact.adownload(root, engine=engine, jobs=jobs)


def make_resources(setting: Setting) -> dict[str, Resource]:
    """Return resources on the web by path."""
    random = setting.random
    resources: dict[str, Resource] = {}
    for number in range(random.randint(1, 3)):
        # Never empty: a recorded size of 0 means unknown, and then nothing tells a longer response.
        # And long, so that no longer content is cut to the recorded size by chance.
        first = random.randbytes(1000) + sample_files.random_content(random)
        later = sample_files.different_content(random, first)
        validators, later_validators = random.choice(VALIDATORS)
        resource = Resource(first, validators, later, later_validators)
        resources[f"/references/ref{number}.bin"] = resource
    return resources


def make_reference(
    setting: Setting, path: str, resource: Resource
) -> tuple[str, Reference, Sequence[bytes]]:
    """Return a name, what a version records of a resource, and which contents are allowed.

    If the ETag is recorded, only the content of that time is allowed; otherwise any whole content.
    """
    name = f"referred/{path.rpartition('/')[2]}"
    uri = f"{setting.relay.storage_url}{path}"
    size = len(resource.content)
    etag = resource.validators.get("etag")
    if etag and setting.random.random() < 0.4:
        return name, Reference(uri, etag.strip('"'), size), [resource.content]
    return name, Reference(uri, None, size), [resource.content, resource.later]


def artifact_references(setting: Setting) -> dict[str, tuple[Reference, bytes]]:
    """Return references to the files of another artifact, each with its content."""
    files = sample_files.random_files(setting.random, most=2)
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
    """Download a single file of a run."""

    def __init__(self, setting: Setting) -> None:
        files = sample_files.random_files(setting.random, most=1)
        setting.server.add_run(setting.path("run"), files)
        super().__init__(setting, {name: [content] for name, content in files.items()})
        [self.name] = files

    def run(self, api: Api) -> None:
        """Download, and raise the failure."""
        file = api.run(self.setting.path("run")).file(self.name)
        file.save(self.setting.root, replace=True)

    async def arun(self, api: Api) -> None:
        """Do the same with the asynchronous methods."""
        file = await (await api.arun(self.setting.path("run"))).afile(self.name)
        await file.asave(self.setting.root, replace=True)
