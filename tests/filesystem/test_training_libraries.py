"""The libraries that people train with. They are large: `pip install 'wbtyped[integrations]'`.

These run where they are installed, and are skipped elsewhere.
"""

import io
from pathlib import Path
from typing import Any

import fsspec
import pytest

from wbtyped.server import WandbServer

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch")


def saved(torch: Any, value: object) -> bytes:
    written = io.BytesIO()
    torch.save(value, written)
    return written.getvalue()


def test_torch_loads_a_checkpoint_in_few_requests(wandb_server: WandbServer, torch: Any) -> None:
    weights = {f"layer {number}": torch.rand(50_000) for number in range(40)}
    content = saved(torch, weights)
    wandb_server.add_artifact("crew/ship/net", "model", {"weights.pt": content})
    with fsspec.open("wandb://crew/ship/net:latest/weights.pt") as file:
        loaded = torch.load(file)
    assert all(torch.equal(loaded[name], weights[name]) for name in weights)
    assert len(wandb_server.requests) < 40


def test_lightning_resumes_from_ckpt_path(
    wandb_server: WandbServer, torch: Any, tmp_path: Path
) -> None:
    lightning = pytest.importorskip("lightning.pytorch")

    class Model(lightning.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()  # pyright: ignore[reportUnknownMemberType]
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, _: int) -> Any:
            return self.layer(batch[0]).sum()

        def train_dataloader(self) -> Any:
            data = torch.utils.data.TensorDataset(torch.rand(8, 2))
            return torch.utils.data.DataLoader(data, batch_size=4)

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    def trainer(epochs: int) -> Any:
        return lightning.Trainer(
            max_epochs=epochs, default_root_dir=tmp_path, logger=False, accelerator="cpu",
            enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
        )  # fmt: skip

    first, model = trainer(1), Model()
    first.fit(model)
    first.save_checkpoint(tmp_path / "last.ckpt")
    content = (tmp_path / "last.ckpt").read_bytes()
    wandb_server.add_artifact("crew/ship/net", "model", {"last.ckpt": content})
    wandb_server.add_run("crew/ship/log")
    second = trainer(2)
    second.fit(Model(), ckpt_path="wandb://crew/ship/net:latest/last.ckpt")
    assert (second.current_epoch, second.global_step) == (2, 4)
    second.save_checkpoint("wandb://crew/ship/runs/log/next.ckpt")
    third = trainer(3)
    third.fit(Model(), ckpt_path="wandb://crew/ship/runs/log/next.ckpt")
    assert third.global_step == 6


def test_datasets_loads_and_streams_urls(wandb_server: WandbServer, tmp_path: Path) -> None:
    datasets, pandas = pytest.importorskip("datasets"), pytest.importorskip("pandas")
    for number in range(2):
        pandas.DataFrame({"a": range(number * 10, number * 10 + 10)}).to_parquet(
            tmp_path / f"part-{number}.parquet"
        )
    (tmp_path / "a.csv").write_text("a\n1\n2\n")
    wandb_server.add_artifact("crew/ship/data", "dataset", tmp_path)
    root, cache = "wandb://crew/ship/data:latest", str(tmp_path / "cache")
    lines = datasets.load_dataset("csv", data_files=f"{root}/a.csv", split="train", cache_dir=cache)
    assert lines["a"][:] == [1, 2]
    urls = f"{root}/*.parquet"
    table = datasets.load_dataset("parquet", data_files=urls, split="train", cache_dir=cache)
    assert sorted(table["a"][:]) == list(range(20))
    stream = datasets.load_dataset("parquet", data_files=urls, split="train", streaming=True)
    assert [row["a"] for row in stream.take(3)] == [0, 1, 2]


def test_ray_reads_parquet_in_its_workers(wandb_server: WandbServer, tmp_path: Path) -> None:
    """Takes about a minute on two cores. Skipped where Ray does not start."""
    ray, pandas = pytest.importorskip("ray"), pytest.importorskip("pandas")
    data = pytest.importorskip("ray.data")
    for number in range(2):
        pandas.DataFrame({"a": range(number * 10, number * 10 + 10)}).to_parquet(
            tmp_path / f"part-{number}.parquet"
        )
    wandb_server.add_artifact("crew/ship/data", "dataset", tmp_path)
    try:
        ray.init(num_cpus=1, include_dashboard=False, logging_level="ERROR")
    except Exception as error:
        pytest.skip(f"Ray does not start here: {error}")
    try:
        paths = [f"crew/ship/data:latest/part-{number}.parquet" for number in range(2)]
        table = data.read_parquet(paths, filesystem=fsspec.filesystem("wandb"))
        assert table.sum("a") == sum(range(20))
    finally:
        ray.shutdown()
