"""Read a run's history in every way: python read_history.py PATH"""

import json
import sys
from pathlib import Path

import wandb
from wandb.apis.public import IncompleteRunHistoryError

run = wandb.Api().run(sys.argv[1])
KEYS = [["loss"], ["loss", "rare"], ["word", "ok"], ["list"], ["deep"]]
VOLATILE = {"_runtime", "_timestamp"}


def shown(rows):
    """Return rows without times, and without metrics that a step does not have."""
    return [
        {k: str(v) if v != v else v for k, v in row.items() if k not in VOLATILE and v is not None}
        for row in rows
    ]


seen = {
    "state": run.state,
    "all": shown(run.scan_history()),
    "small pages": shown(run.scan_history(page_size=2)),
    "without cache": shown(run.scan_history(use_cache=False)),
    "beta": shown(run.beta_scan_history()),
    "range": shown(run.scan_history(min_step=2, max_step=4)),
    "keys": {" ".join(keys): shown(run.scan_history(keys=keys)) for keys in KEYS},
    "sampled": shown(run.history(pandas=False)),
    "two samples": len(run.history(samples=2, pandas=False)),
    "sampled keys": shown(run.history(keys=["rare"], pandas=False)),
    "part of a metric": shown(run.history(keys=["deep.er"], pandas=False)),
    "other axis": shown(run.history(keys=["rare"], x_axis="loss", pandas=False)),
    "system": [
        any(key.startswith("system.") for key in entry)
        for entry in run.history(stream="system", pandas=False)
    ],
    "system samples": len(run.history(stream="system", samples=1, pandas=False)),
}
seen["console"] = [line.content for line in run.console_logs(per_page=3)]
seen["end of the console"] = [line.content for line in run.console_logs(last=2)]
try:
    found = run.download_history_exports("exports")
    sizes = [Path(path).stat().st_size > 0 for path in found.paths]
    seen["exports"] = [len(sizes), all(sizes), found.contains_live_data, found.errors]
except IncompleteRunHistoryError:
    found = run.download_history_exports("exports", require_complete_history=False)
    seen["exports"] = ["incomplete", len(found.paths), found.contains_live_data]
print(json.dumps(seen))
