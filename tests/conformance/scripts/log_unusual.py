"""Log in less usual ways. Arguments: a working folder, and a URL to refer to."""

import json
import sys
from pathlib import Path

import wandb

work, url = Path(sys.argv[1]), sys.argv[2]
work.mkdir(exist_ok=True)
(work / "a.txt").write_text("alpha")
(work / "b.txt").write_text("beta")
printed = {}

# Without a run.
alone = wandb.Artifact("alone", "dataset")
alone.add_file(str(work / "a.txt"))
alone.save("ship")
alone.wait()
printed["alone"] = alone.qualified_name

# Used before it is logged, and empty.
with wandb.init(entity="crew", project="ship", id="drafts") as run:
    draft = wandb.Artifact("draft", "dataset")
    draft.add_file(str(work / "b.txt"))
    printed["draft"] = run.use_artifact(draft).qualified_name
    run.log_artifact(wandb.Artifact("empty", "dataset")).wait()
    referring = wandb.Artifact("referring", "dataset")
    referring.add_reference(url, name="far.txt")
    run.log_artifact(referring).wait()
    written = wandb.Artifact("written", "dataset")
    with written.new_file("deep/new.txt") as stream:
        stream.write("written in place")
    run.log_artifact(written)

# Many writers of one version.
for number in range(3):
    with wandb.init(entity="crew", project="ship", id=f"writer{number}", group="many") as run:
        part = wandb.Artifact("together", "dataset")
        path = work / f"part{number}.txt"
        path.write_text(f"part {number}")
        part.add_file(str(path))
        run.upsert_artifact(part, distributed_id="many")
with wandb.init(entity="crew", project="ship", id="finisher", group="many") as run:
    last = wandb.Artifact("together", "dataset")
    last.add_file(str(work / "a.txt"))
    run.finish_artifact(last, distributed_id="many")

# Stopped and resumed.
with wandb.init(entity="crew", project="ship", id="resumed") as run:
    run.log({"x": 1})
    run.log({"x": 2})
with wandb.init(entity="crew", project="ship", id="resumed", resume="must") as run:
    printed["resumed at"] = run.starting_step
    run.log({"x": 3})
    run.summary["best"] = 3

# Failed.
run = wandb.init(entity="crew", project="ship", id="failed")
run.finish(exit_code=3)

# Logged again through the public API.
again = wandb.Api().artifact("crew/ship/draft:v0")
public = wandb.Api().run("crew/ship/resumed")
printed["steps"] = [(row["_step"], row["x"]) for row in public.history(pandas=False)]
public.log_artifact(again, aliases=["again"])
public.use_artifact(again)
print(json.dumps(printed))
