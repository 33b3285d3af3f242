"""Copy the files of versions, runs and whole projects with many processes or machines.

    from concurrent.futures import ProcessPoolExecutor

    from wbtyped import Api
    from wbtyped.filesystem.chunks import copy_chunks, plan_chunks

    chunks = plan_chunks(Api(), "entity/project/collection:latest")
    result = copy_chunks(chunks, "s3://bucket/prefix", ProcessPoolExecutor(8))

A chunk names up to some thousand files and what they belong to; it carries neither key nor
manifest. Any executor of `concurrent.futures` runs the chunks, and so does a Dask client. In this
room: the plan, the work on one chunk, how the results add up, and files written to an object store.
It needs the extra `fsspec` for targets that are URLs.
"""

from .chunk import Chunk
from .outcome import CopyResult, FailedCopy
from .plan import plan_chunks
from .run import copy_chunks
from .work import copy_chunk

__all__ = ["Chunk", "CopyResult", "FailedCopy", "copy_chunk", "copy_chunks", "plan_chunks"]
