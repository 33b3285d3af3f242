"""Assign values of every kind to metadata, save, and print the result. Argument: a version."""

import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import sys
import uuid
from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np
from wandb import Api

INF = float("inf")
NAN = float("nan")


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 3


class Name(enum.StrEnum):
    FIRST = "f"


class Count(int):
    pass


class Tensor:
    """Imitates a PyTorch tensor, which the official client recognises by its names only."""

    def __init__(self, values):
        self.values = np.array(values)
        self.requires_grad = False
        self.data = self

    def size(self):
        return self.values.shape

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values

    def item(self):
        return self.values.item()


Tensor.__module__ = "torch"
Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Setup:
    rate: float
    when: datetime.date


DAY = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)
VALUES = {
    "none": None,
    "bool": True,
    "zero": 0,
    "negative zero": -0.0,
    "one": 1,
    "one point": 1.0,
    "text": "ünïcode \x00 \u2028",
    "empty": "",
    "big": 10**40,
    "negative big": -(2**64),
    "tiny": 5e-324,
    "nan": NAN,
    "inf": INF,
    "negative inf": -INF,
    "deep nan": {"a": [1, {"b": NAN}]},
    "deep inf": {"a": [1, {"b": INF}]},
    "list": [],
    "object": {},
    "nested": {"a": {"b": [1, None]}},
    "tuple": (1, (2,)),
    "set": {1},
    "frozenset": frozenset({1}),
    "range": range(3),
    "bytes": b"abc",
    "bad bytes": b"\xff",
    "bytearray": bytearray(b"ab"),
    "deque": deque([1, NAN]),
    "named tuple": Point(1, NAN),
    "ordered": OrderedDict(a=NAN),
    "default": defaultdict(list, a=[1]),
    "dataclass": Setup(NAN, DAY),
    "date": DAY,
    "moment": MOMENT,
    "naive": datetime.datetime(2024, 1, 2),
    "time": datetime.time(1, 2),
    "delta": datetime.timedelta(1, 2),
    "path": pathlib.PurePosixPath("a/b"),
    "uuid": uuid.UUID(int=5),
    "decimal": decimal.Decimal("1.10"),
    "enum": Colour.RED,
    "int enum": Level.HIGH,
    "text enum": Name.FIRST,
    "own int": Count(4),
    "function": json.dumps,
    "class": dict,
    "slice": slice(1, 5),
    "complex": 1j,
    "nothing": object,
    "ellipsis": ...,
    "int key": {1: 2, False: 3, None: 4, 1.5: 5},
    "tuple key": {(1, 2): 3},
    "numpy key": {np.int64(1): 2},
    "np int": np.int64(7),
    "np uint": np.uint64(2**64 - 1),
    "np float": np.float64(0.1),
    "np single": np.float32(0.1),
    "np half": np.float16(0.1),
    "np long": np.longdouble(0.5),
    "np bool": np.bool_(True),
    "np text": np.str_("t"),
    "np bytes": np.bytes_(b"t"),
    "np nan": np.float64(NAN),
    "np single nan": np.float32(NAN),
    "np inf": np.float64(INF),
    "np single inf": np.float32(-INF),
    "np complex": np.complex64(1j),
    "np moment": np.datetime64("2024-01-02T03:04"),
    "np day": np.datetime64("2024-01-02"),
    "np nanoseconds": np.datetime64(1, "ns"),
    "np not a time": np.datetime64("NaT"),
    "array": np.arange(3),
    "matrix": np.eye(2),
    "array of one": np.array([5]),
    "array of one float": np.array([[2.5]]),
    "no dimension": np.array(5),
    "no items": np.array([]),
    "array of 32": np.arange(32),
    "array of 33": np.arange(33),
    "array with nan": np.array([1, NAN]),
    "array with inf": np.array([1, INF]),
    "array of text": np.array(["a", "b"]),
    "array of objects": np.array([None, {"a": 1}], dtype=object),
    "array of days": np.array(["2024-01-02", "2024-01-03"], "M8[D]"),
    "list of numpy": [np.int8(1), np.array([1, 2]), np.float32(NAN)],
    "tensor": Tensor([1.5, NAN]),
    "tensor of one": Tensor([3]),
    "tensor without dimension": Tensor(4),
}
WHOLE_VALUES = {
    "None": None,
    "text": '{"a": [NaN, 1]}',
    "empty text": "",
    "null": "null",
    "text of a list": "[1]",
    "no JSON": "{",
    "list": [1],
    "number": 5,
    "pairs": [("a", 1)],
    "infinite text": '{"a": Infinity}',
    "text in text": '"{\\"a\\": 1}"',
    "100 keys": {str(n): n for n in range(100)},
    "101 keys": {str(n): n for n in range(101)},
    "empty": {},
    "ordered": OrderedDict(a=1),
}


def assigned(version, value):
    """Return the metadata after assigning a value."""
    try:
        version.metadata = value
    except (TypeError, ValueError):
        return "refused"
    return version.metadata


def put(version, name, value):
    """Return a value as the server stores it after an edit of existing metadata in place."""
    version.metadata = {}
    version.metadata[name] = value
    try:
        version.save()
        return version.metadata[name]
    except Exception:  # Several types, some wrapped in errors of the official client.
        return "refused"


version = Api().artifact(sys.argv[1])
values = {name: assigned(version, {"value": value}) for name, value in VALUES.items()}
version.metadata = {name: kept for name, kept in values.items() if kept != "refused"}
version.save()
saved = Api().artifact(sys.argv[1]).metadata
version.metadata = {}
whole = {name: assigned(version, value) for name, value in WHOLE_VALUES.items()}
in_place = {name: put(version, name, value) for name, value in VALUES.items()}
print(json.dumps({"assigned": values, "saved": saved, "whole": whole, "in place": in_place}))
