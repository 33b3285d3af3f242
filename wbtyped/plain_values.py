"""Convert values that JSON lacks, in the way of the official client (wandb 0.31).

Its oddities are kept, so that both clients write the same: inside an assigned value, an array of
one number becomes a string, and so does an array of more than 32.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import Enum
from typing import Protocol, cast

MAX_LIST_ITEMS = 32
"""Larger arrays become strings, shortened as by `str`."""


class _Array(Protocol):
    """The methods of numpy arrays that are used; numpy itself is not imported."""

    size: int

    def flatten(self) -> Sequence[object]: ...
    def tolist(self) -> object: ...


class _Scalar(Protocol):
    """The methods of numpy scalars that are used."""

    def item(self) -> object: ...


class _Tensor(Protocol):
    """The methods of PyTorch and TensorFlow tensors that are used."""

    def detach(self) -> "_Tensor": ...
    def cpu(self) -> "_Tensor": ...
    def numpy(self) -> object: ...
    def size(self) -> Sequence[int]: ...
    def item(self) -> object: ...


def plain(value: object) -> object:
    """Convert a value and everything in it for JSON, as the official client does on assignment.

    What cannot be converted, such as a complex number, is left for the encoder to refuse.
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
    """Convert a value that an encoder cannot write itself; raises TypeError if that fails."""
    found = replaced(value)
    if found is value:
        found = plain(value)
    if found is value:
        raise TypeError(f"{type(value).__name__} cannot be converted to JSON")
    return found


def replaced(value: object) -> object:
    """Convert one value, but not its items, to a form closer to JSON; or return it unchanged."""
    value = _without_tensor(value)
    if _is_from_numpy(value, "ndarray"):
        array = cast("_Array", value)
        if array.size == 1:
            return array.flatten()[0]
        return array.tolist() if array.size <= MAX_LIST_ITEMS else value
    if _is_from_numpy(value, "generic"):
        item = cast("_Scalar", value).item()
        if _is_from_numpy(item, "generic") and not _is_from_numpy(item, "complexfloating"):
            item = float(cast("float", item))  # numpy keeps what is more precise than a float.
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
    """Convert a tensor to a numpy array or a number; return anything else unchanged."""
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
