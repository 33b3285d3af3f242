"""Upload files of 4 KiB with the official client; print how many per second."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import wandb

kind, count = sys.argv[1], int(sys.argv[2])
folder = Path(os.environ["HOME"]) / "files"
folder.mkdir()
for number in range(count):
    (folder / f"f{number:05}.bin").write_bytes(os.urandom(4096))
run = wandb.init(project="demo", settings=wandb.Settings(disable_code=True, x_disable_stats=True))
if kind == "artifact":
    artifact = wandb.Artifact("data", "dataset")
    artifact.add_dir(str(folder))
    started = time.perf_counter()
    run.log_artifact(artifact).wait()
    seconds = time.perf_counter() - started
    run.finish()
else:
    started = time.perf_counter()
    save: Any = run.save  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    save(f"{folder}/*", base_path=str(folder.parent), policy="now")
    run.finish()
    seconds = time.perf_counter() - started
print(count / seconds, flush=True)
sys.stdin.read()
