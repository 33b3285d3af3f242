"""A scenario that edits a version."""

from collections.abc import Iterator

from tests.faults.findings import Finding
from tests.faults.scenario import Setting, unexpected_error
from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.errors import PartialSaveError


class Edit:
    """Change description, metadata, tags and aliases of a version, and save."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        setting.server.add_artifact(
            setting.path("data"), "dataset", {"a.txt": b"a"}, description="old",
            metadata={"step": 0}, tags=["old"], aliases=["kept"],
        )  # fmt: skip
        self.parts = setting.random.sample(
            ["description", "metadata", "tags", "aliases"], setting.random.randint(1, 4)
        )

    def run(self, api: Api) -> None:
        """Assign and save."""
        artifact = api.artifact(self.setting.path("data:latest"))
        self._assign(artifact)
        artifact.save()

    async def arun(self, api: Api) -> None:
        """Assign and save with the asynchronous methods."""
        artifact = await api.aartifact(self.setting.path("data:latest"))
        self._assign(artifact)
        await artifact.asave()

    def _assign(self, artifact: Artifact) -> None:
        if "description" in self.parts:
            artifact.description = "new"
        if "metadata" in self.parts:
            artifact.metadata = {"step": 1, "deep": {"loss": 0.5}}
        if "tags" in self.parts:
            artifact.tags = [*artifact.tags, "new"]
        if "aliases" in self.parts:
            artifact.aliases = [*artifact.aliases, "new"]

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong on the server."""
        yield from unexpected_error(error)
        with self.setting.direct_client() as api:
            artifact = api.artifact(self.setting.path("data:v0"))
            changed = {
                "description": (artifact.description, "old", "new"),
                "metadata": (artifact.metadata, {"step": 0}, {"step": 1, "deep": {"loss": 0.5}}),
                "tags": (sorted(artifact.tags), ["old"], ["new", "old"]),
                "aliases": (
                    sorted(artifact.aliases), ["kept", "latest"], ["kept", "latest", "new"],
                ),
            }  # fmt: skip
        applied = self._applied(error)
        for part, (value, old, new) in changed.items():
            if part in applied and value == old:
                yield Finding("lost", f"{part} was reported as saved, but is unchanged")
            elif value != new and value != old:
                yield Finding("wrong", f"{part} is {value!r}: neither before nor after")
            elif part not in self.parts and value != old:
                yield Finding("wrong", f"{part} was changed without being assigned")

    def _applied(self, error: BaseException | None) -> set[str]:
        """Return the parts that were reported as saved."""
        if error is None:
            return set(self.parts)
        steps = error.applied if isinstance(error, PartialSaveError) else ()
        facts = {"description", "metadata", "tags"} if "facts" in steps else set[str]()
        return (facts | {"aliases" for step in steps if step == "aliases added"}) & {*self.parts}

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after saving without faults."""
        if error is not None:
            yield Finding("lost", f"fails without faults too: {type(error).__name__}: {error}")
        yield from self.check(error)
