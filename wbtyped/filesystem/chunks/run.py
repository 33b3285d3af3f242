"""Have an executor copy chunks: retries, progress, and the sum of the results."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from functools import partial
from typing import Protocol

from ... import arguments
from ...download.progress import (
    DownloadProgress,
    Progress,
    RateMeter,
    check_progress,
    progress_reporter,
)
from ...errors import UsageError
from .chunk import Chunk
from .outcome import CopyResult
from .work import check_copy_options, copy_chunk, failed_copy

MAX_IN_FLIGHT = 512
"""Chunks that are submitted ahead; the plan of ten million files is longer."""
PROGRESS_SECONDS = 0.2


class DaskClient(Protocol):
    """A client of Dask, whose workers copy."""

    def get_executor(self, *, pure: bool) -> Executor:
        """Return an executor that submits to the cluster."""
        ...


Workers = Executor | DaskClient
"""Who copies."""


def copy_chunks(
    chunks: Iterable[Chunk],
    target: str,
    executor: Workers,
    *,
    attempts: int = 3,
    progress: Progress = None,
    jobs: int | None = None,
    storage_options: Mapping[str, object] | None = None,
) -> CopyResult:
    """Copy chunks by the workers of an executor, or of a Dask client, and add up the results.

    Files that failed are tried again, up to `attempts` times in all, as are the chunks of a worker
    that died; the result lists those that failed every time. `progress` counts the files of all
    workers, chunk by chunk. For the rest see `copy_chunk`; a folder must be one that all workers
    share.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from wbtyped.filesystem.chunks import plan_chunks
        >>> chunks = plan_chunks(api, "my-team/mnist/digits:latest", max_files=1)
        >>> with ThreadPoolExecutor(2) as executor:
        ...     copy_chunks(chunks, "copies", executor)
        <CopyResult 2 written, 0 kept, 0 failed, 11 B>
    """
    arguments.whole_number("attempts", attempts, 1, 100)
    arguments.instance("chunks", chunks, Iterable, "chunks, as plan_chunks returns them")
    check_copy_options(target, jobs, storage_options)
    check_progress(progress)
    work = partial(copy_chunk, target=target, jobs=jobs, storage_options=storage_options)
    run = _Run(iter(chunks), executor_of(executor), work, attempts)
    reporter = progress_reporter(progress)
    try:
        while run.step():
            if reporter is not None:
                reporter.tick(run.progress())
    except BaseException:
        run.cancel()
        raise
    finally:
        if reporter is not None:
            reporter.close(run.progress(done=True))
    return run.result


def executor_of(executor: Workers) -> Executor:
    """Return an executor; that of a Dask client runs a chunk again that it has run before."""
    if isinstance(executor, Executor):
        return executor
    if not hasattr(executor, "get_executor"):
        raise UsageError(
            "executor must be an executor of concurrent.futures or a client of Dask, got"
            f" {type(executor).__name__}"
        )
    return executor.get_executor(pure=False)


class Work(Protocol):
    """Copies one chunk."""

    def __call__(self, chunk: Chunk, /) -> CopyResult:
        """Return the outcome."""
        ...


class _Run:
    """The chunks that are being copied, and the outcome so far."""

    def __init__(
        self, chunks: Iterator[Chunk], executor: Executor, work: Work, attempts: int
    ) -> None:
        self._chunks = chunks
        self._executor = executor
        self._work = work
        self._attempts = attempts
        self._in_flight: dict[Future[CopyResult], tuple[Chunk, int]] = {}
        self._is_planned = False
        self._files_planned = self._bytes_planned = 0
        self._meter = RateMeter()
        self.result: CopyResult = CopyResult()

    def step(self) -> bool:
        """Submit what there is room for and wait a moment; return False at the end."""
        while not self._is_planned and len(self._in_flight) < MAX_IN_FLIGHT:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._is_planned = True
                break
            arguments.instance("chunks", chunk, Chunk, "chunks, as plan_chunks returns them")
            self._files_planned += len(chunk.names)
            self._bytes_planned += chunk.size
            self._submit(chunk, 1)
        ended, _ = wait(self._in_flight, PROGRESS_SECONDS, FIRST_COMPLETED)
        for future in ended:
            self._settle(future)
        return bool(self._in_flight) or not self._is_planned

    def _submit(self, chunk: Chunk, attempt: int) -> None:
        self._in_flight[self._executor.submit(self._work, chunk)] = chunk, attempt

    def _settle(self, future: "Future[CopyResult]") -> None:
        chunk, attempt = self._in_flight.pop(future)
        try:
            result = future.result()
        except Exception as error:
            # The worker died, or the chunk did not reach it.
            result = CopyResult(failed=tuple(failed_copy(name, error) for name in chunk.names))
        again = {failed.name for failed in result.failed if failed.is_retryable}
        if again and attempt < self._attempts:
            final = tuple(failed for failed in result.failed if failed.name not in again)
            self.result += replace(result, failed=final)
            self._submit(chunk.only(again), attempt + 1)
        else:
            self.result += result

    def cancel(self) -> None:
        """Take back what has not begun."""
        for future in self._in_flight:
            future.cancel()

    def progress(self, *, done: bool = False) -> DownloadProgress:
        """Return how far all workers are."""
        result = self.result
        rate = self._meter.mean if done else self._meter.rate
        return DownloadProgress(
            files=result.written + result.kept,
            failed=len(result.failed),
            size=result.size,
            files_expected=self._files_planned,
            size_expected=self._bytes_planned,
            rate=rate(result.size),
            done=done,
            totals_final=self._is_planned,
        )
