"""Log until another client stops the run: python stop_run.py ENTITY/PROJECT"""

import json
import sys
import time

import wandb
from wandb.sdk.lib.run_stopping import RunStopChecker

# It asks every 15 seconds.
RunStopChecker.__init__.__kwdefaults__["poll_interval"] = 0.2
entity, project = sys.argv[1].split("/")
run = wandb.init(entity=entity, project=project, id="long")
outcome = "not stopped"
try:
    wandb.Api().run(f"{entity}/{project}/long").stop()
    for step in range(400):
        run.log({"step": step})
        time.sleep(0.1)
except KeyboardInterrupt:
    outcome = "stopped"
run.finish()
print(json.dumps(outcome))
