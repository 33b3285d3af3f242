"""Log a config with values of every kind; print it as the run holds it and as it is read."""

import datetime
import enum
import json
import pathlib

import numpy as np
import wandb

NAN, INF = float("nan"), float("inf")


class Colour(enum.Enum):
    RED = 1


VALUES = {
    "none": None,
    "bool": True,
    "float": 1.0,
    "negative zero": -0.0,
    "text": "ünïcode \u2028",
    "nan": NAN,
    "inf": INF,
    "negative inf": -INF,
    "deep": {"a": [1, {"b": [NAN, INF]}]},
    "set": {1},
    "moment": datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC),
    "path": pathlib.PurePosixPath("a/b"),
    "enum": Colour.RED,
    "class": dict,
    "np int": np.int64(7),
    "np single": np.float32(0.1),
    "np nan": np.float32(NAN),
    "array": np.arange(3),
    "array of one": np.array([5]),
    "array of 33": np.arange(33),
    "large": 2**53 + 1,
}
with wandb.init(entity="crew", project="ship", id="log", config=VALUES) as run:
    kept = dict(run.config)
read = wandb.Api().run("crew/ship/log").config
print(json.dumps({"kept": kept, "read": read}))
