"""What the examples of docstrings and documentation find on the server."""

from tests.run_logging import log_run
from wbtyped.server import WandbServer


def fill(server: WandbServer) -> None:
    """Add a run with files and history, two versions, another collection, and a registry."""
    log_run(
        server, "my-team/mnist/run-1", config={"lr": 0.1}, summary={"loss": 0.5},
        history=[{"loss": 1.0}, {"loss": 0.5}],
    )  # fmt: skip
    server.add_run(
        "my-team/mnist/run-1",
        {"config.yaml": "lr: 0.1", "media/digit.png": b"a digit!", "model.pt": b"weights"},
    )
    for rows in (1, 2):
        files = {"train.csv": f"rows={rows}\n", "test.csv": "a,b\n"}
        server.add_artifact(
            "my-team/mnist/digits", "dataset", files,
            metadata={"rows": rows}, logged_by="my-team/mnist/run-1",
        )  # fmt: skip
    server.add_artifact("my-team/mnist/net", "model", {"net.bin": b"net"})
    server.add_organization("acme", "acme-org", teams=["my-team"])
    registry = "acme-org/wandb-registry-model/net"
    server.link_artifact("my-team/mnist/net:v0", registry, aliases=["best"])
