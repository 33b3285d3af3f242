"""Values that JSON lacks, as the official client writes them (wandb 0.31).

Oddities are its own and kept, so that both clients write the same: an array of one number that is
part of an assigned value becomes text, and so does an array of more than 32.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import Enum
from typing import Protocol, cast

LISTED_ITEMS = 32
"""Arrays with more items become text, shortened as `str` does it."""


class _Array(Protocol):
    """What is used of arrays of numpy, which is not imported for it."""

    size: int

    def flatten(self) -> Sequence[object]: ...
    def tolist(self) -> object: ...


class _Scalar(Protocol):
    """What is used of scalars of numpy."""

    def item(self) -> object: ...


class _Tensor(Protocol):
    """What is used of tensors of PyTorch and TensorFlow."""

    def detach(self) -> "_Tensor": ...
    def cpu(self) -> "_Tensor": ...
    def numpy(self) -> object: ...
    def size(self) -> Sequence[int]: ...
    def item(self) -> object: ...


def plain(value: object) -> object:
    """Return a value with everything in it that JSON lacks replaced, as when it is assigned.

    What has no replacement, such as a complex number, stays for the encoder to refuse.
    """
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return {key: plain(item) for key, item in items.items()}
    if isinstance(value, slice):
        parts = cast("slice[object, object, object]", value)
        return {
            "slice_start": parts.start,
            "slice_step": parts.step,
            "slice_stop": parts.stop,
        }
    value = replaced(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in cast("Sequence[object]", value)]
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return value if type(value).__module__ == "builtins" else str(value)


def encoded(value: object) -> object:
    """Return what an encoder is to write in place of a value that it cannot write itself.

    Raises TypeError when there is nothing.
    """
    found = replaced(value)
    if found is value:
        found = plain(value)
    if found is value:
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return found


def replaced(value: object) -> object:
    """Return one value in a form that is nearer to JSON, or itself; what it holds stays."""
    value = _without_tensor(value)
    if _is_from_numpy(value, "ndarray"):
        array = cast("_Array", value)
        if array.size == 1:
            return array.flatten()[0]
        return array.tolist() if array.size <= LISTED_ITEMS else value
    if _is_from_numpy(value, "generic"):
        item = cast("_Scalar", value).item()
        if _is_from_numpy(item, "generic") and not _is_from_numpy(item, "complexfloating"):
            item = float(cast("float", item))  # More exact than a float, so it was left as it was.
        return _without_nan(item)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, date):
        return value.isoformat()
    if callable(value):
        return _dotted_name(value)
    if isinstance(value, set):
        return tuple(cast("set[object]", value))
    if isinstance(value, Enum):
        return value.name
    return _without_nan(value)


def _without_nan(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def _dotted_name(value: object) -> str:
    module: str | None = getattr(value, "__module__", None)
    name: str | None = getattr(value, "__qualname__", None)
    return str(value) if module is None or name is None else f"{module}.{name}"


def _is_from_numpy(value: object, name: str) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, getattr(numpy, name))


def _without_tensor(value: object) -> object:
    """Return a tensor as an array of numpy, or as its number; anything else as it is."""
    name = f"{type(value).__module__}.{type(value).__name__}"
    library = name.partition(".")[0]
    if library in ("torch", "fastai") and ("Tensor" in name or name.startswith("torch.Variable")):
        tensor = cast("_Tensor", value).detach().cpu()
        return tensor.numpy() if tensor.size() else tensor.item()
    if library == "tensorflow" and ("Tensor" in name or "Variable" in name):
        return cast("_Tensor", value).numpy()
    if library == "jaxlib" and "Array" in name:
        return sys.modules["jax"].device_get(value)
    return value
