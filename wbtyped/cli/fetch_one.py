"""Download single files to a place of the user's choice: to a path, or to stdout."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..artifacts.contents.download import make_batch as make_version_batch
from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.lineage import Artifact, Run
from ..download.batch import Batch, BatchOptions
from ..errors import UsageError
from ..runs.download import make_batch as make_run_batch
from ..runs.ref import FileSelection

STDOUT = Path("-")
COPY_BLOCK_BYTES = 1024 * 1024
MakeBatch = Callable[[Path, BatchOptions], Batch]
"""Build the download of one file into a folder."""


def run_file(run: Run, name: str) -> MakeBatch:
    """Return what builds the download of a file of a run."""
    files = FileSelection(run.client, run, [name], None)
    return lambda folder, options: make_run_batch(files, folder, True, options)


def version_file(artifact: Artifact, entry: ArtifactManifestEntry) -> MakeBatch:
    """Return what builds the download of a file of a version."""
    contents = artifact.contents
    return lambda folder, options: make_version_batch(contents, [entry], folder, False, options)


def save_file(make: MakeBatch, output: Path, options: BatchOptions) -> bool:
    """Download a file to `output`, or to stdout, once it is verified; return False if that failed.

    A file of this name is replaced. An interrupted download resumes when it is repeated.
    """
    if output == STDOUT:
        with tempfile.TemporaryDirectory(prefix="wbtyped-") as temporary:
            return download_one(make, Path(temporary), options, copy_to_stdout)
    if output.is_dir():
        raise UsageError(f"{output} is a folder; pass --root to download into it")
    output.parent.mkdir(parents=True, exist_ok=True)
    # On the same file system, so that the file can be renamed; kept while it is incomplete.
    folder = output.absolute().parent / f".{output.name}.wbtyped"
    done = download_one(make, folder, options, lambda file: file.replace(output))
    if done:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def download_one(
    make: MakeBatch, folder: Path, options: BatchOptions, use: Callable[[Path], object]
) -> bool:
    """Download a file into a folder and use it; return False if it failed."""
    result = make(folder, options).run()
    names = [*result.written, *result.cached, *result.kept]
    if len(names) != 1:
        return False
    use(folder / names[0])
    return True


def copy_to_stdout(file: Path) -> None:
    """Write the bytes of a file to stdout."""
    sys.stdout.flush()
    with file.open("rb") as content:
        shutil.copyfileobj(content, sys.stdout.buffer, COPY_BLOCK_BYTES)
    sys.stdout.buffer.flush()
