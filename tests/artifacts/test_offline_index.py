"""Versions that the cache resolves offline."""

import json
from pathlib import Path

from wbtyped import Api
from wbtyped.server import WandbServer


def test_offline_record_of_an_earlier_release_is_read(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b"alpha"})
    cache = tmp_path / "cache"
    api.artifact("crew/ship/data").download(tmp_path / "online", cache=cache)
    records = [path for path in cache.rglob("*.json") if "node" in json.loads(path.read_bytes())]
    assert len(records) == 2, "one for v0, one for latest"
    for path in records:
        record = json.loads(path.read_bytes())
        record["place"] = record.pop("location")
        path.write_text(json.dumps(record))
    with Api(cache=cache, offline=True) as offline:
        assert offline.artifact("crew/ship/data:latest").qualified_name == "crew/ship/data:v0"
