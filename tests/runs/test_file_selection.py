"""Files of runs and versions selected by shell patterns, and the length of selected lists."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Api, Artifact, Files, Run
from wbtyped.errors import UsageError
from wbtyped.server import WandbServer

NAMES = ["a.png", "b_1.txt", "media/a.png", "media/deep/c.png", "media/notes.txt", "x.PNG"]


@pytest.fixture
def run(wandb_server: WandbServer, api: Api) -> Run:
    wandb_server.add_run("crew/ship/log", dict.fromkeys(NAMES, b"1"))
    return api.run("crew/ship/log")


@pytest.fixture
def artifact(wandb_server: WandbServer, api: Api) -> Artifact:
    wandb_server.add_artifact("crew/ship/data", "dataset", dict.fromkeys(NAMES, b"1"))
    return api.artifact("crew/ship/data:v0")


SELECTED = {
    "*.png": ["a.png", "media/a.png", "media/deep/c.png"],
    "/*.png": ["a.png"],
    "media/*.png": ["media/a.png"],
    "media/**": ["media/a.png", "media/deep/c.png", "media/notes.txt"],
    "[ab]*": ["a.png", "b_1.txt", "media/a.png"],
    "nothing*": [],
}


@pytest.mark.parametrize("glob", SELECTED)
async def test_glob_selects_files_of_runs_and_versions(
    run: Run, artifact: Artifact, glob: str
) -> None:
    expected = SELECTED[glob]
    for make in (
        lambda: run.files(glob=glob),
        lambda: run.files(glob=glob, per_page=1),
        lambda: artifact.files(glob=glob, per_page=2),
    ):
        assert [file.name for file in make()] == expected
        assert [file.name async for file in make()] == expected
        assert [file.name for page in make().pages() for file in page] == expected
        assert len(make()) == make().length == await make().alength() == len(expected)
    await run.client.aclose()


@pytest.mark.parametrize("glob", SELECTED)
async def test_glob_selects_what_is_downloaded(
    tmp_path: Path, run: Run, artifact: Artifact, glob: str
) -> None:
    expected = SELECTED[glob]
    run.files(glob=glob).download(tmp_path / "run")
    await run.files(glob=glob).adownload(tmp_path / "arun")
    artifact.files(glob=glob).download(tmp_path / "version")
    await artifact.files(glob=glob).adownload(tmp_path / "aversion")
    for folder in ("run", "arun", "version", "aversion"):
        assert sorted(files_in(tmp_path / folder)) == expected
    await run.client.aclose()


def test_glob_is_narrowed_by_the_server(wandb_server: WandbServer, run: Run) -> None:
    wandb_server.add_run("crew/ship/many", {f"{number}.bin": b"" for number in range(500)})
    before = len(wandb_server.requests)
    files = Files(run.client, run.client.run(Run.find(run.client, "crew", "ship", "many")))
    assert len(files) == 500
    assert [file.name for file in run.files(glob="no?hing.*")] == []
    assert len(wandb_server.requests) == before + 3
    assert run.files(glob="media/*.p[mn]g").variables["pattern"] == "media/%.p_g"


async def test_length_of_a_selected_list_is_what_it_contains(run: Run) -> None:
    assert len(run.files()) == len(NAMES)
    assert len(run.files(pattern="media/%")) == 3
    assert await run.files(pattern="%.png").alength() == 4, "LIKE ignores case"
    assert len(run.files(["a.png", "gone"])) == 2
    await run.client.aclose()


def test_glob_with_another_selection_sends_nothing(
    wandb_server: WandbServer, run: Run, artifact: Artifact
) -> None:
    before = len(wandb_server.requests)
    with pytest.raises(UsageError, match="glob and pattern cannot be combined"):
        run.files(pattern="%", glob="*")
    with pytest.raises(UsageError, match="glob and names cannot be combined"):
        run.files(["a"], glob="*")
    with pytest.raises(UsageError, match="glob and names cannot be combined"):
        artifact.files(["a"], glob="*")
    for wrong in ("", "/", 3):
        with pytest.raises(UsageError, match="glob"):
            run.files(glob=wrong)  # type: ignore[arg-type]
    assert len(wandb_server.requests) == before


async def test_like_pattern_meant_as_glob_warns_once_where_it_is_used(
    tmp_path: Path, run: Run
) -> None:
    says = r"pattern '\*.png' is SQL LIKE.*matches nothing.*pass glob='\*.png' \(--glob\)"
    uses: list[Callable[[Files], object]] = [
        list, len, lambda files: list(files.pages()), lambda files: files.download(tmp_path),
    ]  # fmt: skip
    for use in uses:
        with pytest.warns(UserWarning, match=says) as warned:
            use(run.files(pattern="*.png"))
        assert [warning.filename for warning in warned] == [__file__]
    with pytest.warns(UserWarning, match=says):
        await run.files(pattern="*.png").adownload(tmp_path)
    with pytest.warns(UserWarning, match=says):
        await run.files(pattern="*.png").alength()
    assert [file.name for file in run.files(glob="*.png")], "the hint works"
    await run.client.aclose()


@pytest.mark.parametrize("pattern", ["%.png", "absent", "[a]%"])
def test_other_patterns_do_not_warn(wandb_server: WandbServer, run: Run, pattern: str) -> None:
    wandb_server.add_run("crew/ship/log", {"[a]b*": b"1"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(run.files(pattern=pattern, per_page=1))
