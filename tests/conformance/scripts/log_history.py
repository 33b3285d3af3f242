"""Log a run with many kinds of metrics in parts: python log_history.py PATH STEPS [STEPS]

Prints the steps that a scan sees after each part.
"""

import json
import sys

import wandb

scans, step = [], 0
entity, project, run_id = sys.argv[1].split("/")
for part in sys.argv[2:]:
    settings = wandb.Settings(x_file_stream_no_gzip=False, x_stats_sampling_interval=0.2)
    run = wandb.init(entity=entity, project=project, id=run_id, resume="allow", settings=settings)
    for _ in range(int(part)):
        rare = {"rare": step} if step % 5 == 0 else {}
        word = {"word": f"w{step}", "ok": step % 2 == 0, "list": [step, 1.5]}
        run.log({"loss": 1 / (step + 1), "deep": {"er": step}, "nan": float("nan"), **rare, **word})
        print("step", step)
        step += 1
    run.finish()
    scans.append([row["_step"] for row in wandb.Api().run(sys.argv[1]).scan_history()])
print(json.dumps(scans))
