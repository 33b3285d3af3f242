from collections.abc import Sequence

def isfilelike(f: object) -> bool: ...
def other_paths(
    paths: Sequence[str], path2: str | list[str], exists: bool = ..., flatten: bool = ...
) -> list[str]: ...
def merge_offset_ranges(
    paths: list[str],
    starts: list[int],
    ends: list[int],
    max_gap: int = ...,
    max_block: int | None = ...,
    sort: bool = ...,
) -> tuple[list[str], list[int], list[int]]: ...
