"""Scan and sample the history of a run, in pages that start anywhere."""

import json
import sys

import wandb

run = wandb.Api().run(sys.argv[1])


def scan(**options: object) -> list[int]:
    """Return how many steps there are, the first and the last one, and the sum of all."""
    steps = [row["_step"] for row in run.scan_history(**options)]
    return [len(steps), steps[0], steps[-1], sum(steps)]


print(
    json.dumps(
        {
            "all": scan(page_size=700),
            "a metric": scan(keys=["loss", "_step"], page_size=900),
            "a rare metric": scan(keys=["rare", "_step"], page_size=900),
            "part": scan(min_step=1_900, max_step=2_150, page_size=60),
            "sampled": [row["_step"] for row in run.history(samples=6, pandas=False)],
            "sampled metric": [
                row["_step"] for row in run.history(samples=4, keys=["rare"], pandas=False)
            ],
        }
    )
)
