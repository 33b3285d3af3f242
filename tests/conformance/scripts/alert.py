"""Send alerts: python alert.py PROJECT"""

import sys

import wandb

with wandb.init(project=sys.argv[1], id="log") as run:
    run.alert("Low accuracy", "It is 0.1.", level=wandb.AlertLevel.WARN, wait_duration=60)
    run.alert("Done", "All epochs.")
print(f'"{run.entity}"')
