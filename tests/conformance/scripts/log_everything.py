"""Log runs, files and artifacts as a training job does. Argument: a working folder."""

import json
import sys
from pathlib import Path

import wandb

work = Path(sys.argv[1])
data = work / "data"
(data / "sub").mkdir(parents=True)
(data / "a.txt").write_bytes(b"alpha")
(data / "sub" / "b.bin").write_bytes(bytes(range(256)) * 40)
(data / "sub" / "same as a.txt").write_bytes(b"alpha")
(data / "empty").write_bytes(b"")

with wandb.init(entity="crew", project="ship", id="maker", name="The maker", config={"lr": 0.1},
                tags=["x"], notes="n", group="g", job_type="train") as run:  # fmt: skip
    for step in range(3):
        run.log({"loss": 1 / (step + 1)})
    (work / "notes.txt").write_text("saved by hand")
    run.save(str(work / "notes.txt"), base_path=str(work))

    first = wandb.Artifact(
        "data", "dataset", description="first", metadata={"rows": 3, "deep": {"a": [1]}}
    )
    first.add_dir(str(data))
    run.log_artifact(first, aliases=["best", "x0"], tags=["checked", "old"]).wait()

    # The same content again creates no version, and moves the aliases.
    again = wandb.Artifact("data", "dataset")
    again.add_dir(str(data))
    run.log_artifact(again, aliases=["again"]).wait()

    # A version that keeps most files of the previous one.
    draft = first.new_draft()
    draft.remove("a.txt")
    (work / "c.txt").write_text("gamma")
    draft.add_file(str(work / "c.txt"))
    run.log_artifact(draft, aliases=["best"], tags=["new"]).wait()

    extra = wandb.Artifact("extra", "dataset", incremental=True)
    extra.add_file(str(work / "c.txt"), name="one.txt")
    run.log_artifact(extra).wait()
    more = wandb.Artifact("extra", "dataset", incremental=True)
    more.add_file(str(data / "a.txt"), name="two.txt")
    run.log_artifact(more).wait()

    newer = wandb.Artifact("newer", "dataset", digest_algorithm="XXH128")
    newer.add_dir(str(data))
    run.log_artifact(newer).wait()

    model = wandb.Artifact("model", "model", metadata={"score": 0.5})
    model.add_file(str(data / "sub" / "b.bin"), name="weights.bin")
    model.ttl = None
    run.log_artifact(model).wait()
    run.link_artifact(model, "crew/shelf/best-models", aliases=["prod"])

    # References: to another artifact, to a local file, and to a URI that nobody can download.
    borrowed = wandb.Artifact("borrowed", "dataset")
    borrowed.add_reference(first.get_entry("a.txt").ref_url(), name="from-data.txt")
    borrowed.add_file(str(work / "c.txt"))
    run.log_artifact(borrowed).wait()
    pointing = wandb.Artifact("pointing", "dataset")
    pointing.add_reference(f"file://{data / 'a.txt'}", name="local.txt")
    pointing.add_reference("elsewhere://bucket/key", name="far.bin")
    run.log_artifact(pointing).wait()

    table = wandb.Artifact("scores", "dataset")
    table.add(wandb.Table(columns=["a"], data=[[1], [2]]), "scores")
    run.log_artifact(table).wait()

with wandb.init(entity="crew", project="ship", id="user") as run:
    used = run.use_artifact("crew/ship/data:latest")
    run.use_artifact("crew/shelf/best-models:prod")
    print(json.dumps({"used": used.qualified_name}))
