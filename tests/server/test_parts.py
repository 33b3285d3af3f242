"""Files in parts: in parallel, in any order, wrong ones, and what a later upload finds of them."""

import base64
import hashlib
import random
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from wbtyped import Api
from wbtyped.server import WandbServer

from .conftest import Ask, stored
from .test_artifact_upload import COMPLETE, Uploader

PARTS = [random.Random(number).randbytes(50_000) for number in range(12)] + [b"end"]


def hex_md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class InParts:
    """An uploader of one file in parts."""

    uploader: Uploader
    ask: Ask
    http: httpx.Client
    node: Mapping[str, str] | None = None
    upload_id: str = ""

    def announce(self, parts: list[bytes]) -> dict[int, str]:
        """Announce the file, and return the URLs of its parts."""
        self.uploader.files = {"large.bin": b"".join(PARTS)}
        if not self.uploader.artifact:
            self.uploader.create()
            self.uploader.announce()
        spec = [{"partNumber": n, "hexMD5": hex_md5(part)} for n, part in enumerate(parts, 1)]
        response = self.uploader.create_files(uploadPartsInput=spec).json()
        [edge] = response["data"]["createArtifactFiles"]["files"]["edges"]
        self.node = edge["node"]
        multipart = edge["node"]["uploadMultipartUrls"]
        if multipart is None:
            return {}
        self.upload_id = multipart["uploadID"]
        return {part["partNumber"]: part["uploadUrl"] for part in multipart["uploadUrlParts"]}

    def put(self, url: str, content: bytes) -> httpx.Response:
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        return self.http.put(url, content=content, headers={"Content-MD5": md5})

    def complete(self, parts: list[bytes]) -> httpx.Response:
        assert self.node is not None
        done = [{"partNumber": n, "hexMD5": f'"{hex_md5(p)}"'} for n, p in enumerate(parts, 1)]
        wanted = {
            "completeMultipartAction": "Complete", "artifactID": self.uploader.artifact,
            "completedParts": done, "storagePath": self.node["storagePath"],
            "uploadID": self.upload_id,
        }  # fmt: skip
        return self.ask(COMPLETE, input=wanted)


@pytest.fixture
def in_parts(ask: Ask, http: httpx.Client) -> InParts:
    return InParts(Uploader(ask, http, {}), ask, http)


def test_parts_in_parallel_and_out_of_order_are_joined(in_parts: InParts, api: Api) -> None:
    urls = in_parts.announce(PARTS)
    numbers = list(urls)
    random.Random(0).shuffle(numbers)

    def put(number: int) -> httpx.Response:
        return in_parts.put(urls[number], PARTS[number - 1])

    with ThreadPoolExecutor(8) as threads:
        sent = list(threads.map(put, numbers))
    assert {response.status_code for response in sent} == {200}
    assert [response.headers["ETag"] for response in sent] == [
        f'"{hex_md5(PARTS[n - 1])}"' for n in numbers
    ]
    with ThreadPoolExecutor(4) as threads:
        joined = [threads.submit(in_parts.complete, PARTS) for _ in range(4)]
        assert {done.result().status_code for done in joined} == {200}
    in_parts.uploader.births["large.bin"] = in_parts.uploader.artifact
    assert in_parts.uploader.send_manifest().is_success
    in_parts.uploader.commit()
    [file] = api.artifact("crew/ship/data:latest").files()
    assert file.size == sum(map(len, PARTS))


def test_wrong_or_missing_parts_are_not_joined(in_parts: InParts) -> None:
    urls = in_parts.announce(PARTS)
    assert in_parts.put(urls[1], PARTS[1]).status_code == 400, "not the part that was announced"
    assert in_parts.http.put(
        urls[1], content=PARTS[0], headers={"Content-MD5": "wrong"}
    ).status_code == 400  # fmt: skip
    for number, url in urls.items():
        if number != 3:
            assert in_parts.put(url, PARTS[number - 1]).is_success
    assert in_parts.complete(PARTS).status_code == 400, "one part is missing"
    assert in_parts.put(urls[3], PARTS[2]).is_success
    assert in_parts.complete(PARTS[:-1]).status_code == 400, "one part is not listed"
    assert in_parts.complete([*PARTS[1:], PARTS[0]]).status_code == 400, "in another order"
    assert in_parts.complete(PARTS).status_code == 200


def test_announced_again_keeps_the_parts_that_are_the_same(
    in_parts: InParts, wandb_server: WandbServer
) -> None:
    urls = in_parts.announce(PARTS)
    first = in_parts.upload_id
    for number in (1, 2, 5):
        assert in_parts.put(urls[number], PARTS[number - 1]).is_success
    again = in_parts.announce(PARTS)
    assert in_parts.upload_id == first
    for number in again.keys() - {1, 2, 5}:
        assert in_parts.put(again[number], PARTS[number - 1]).is_success
    assert in_parts.complete(PARTS).status_code == 200
    assert in_parts.announce(PARTS) == {}, "nothing to upload any more"


def test_announced_again_in_other_parts_drops_the_old_ones(
    in_parts: InParts, wandb_server: WandbServer
) -> None:
    urls = in_parts.announce(PARTS)
    for number, url in urls.items():
        assert in_parts.put(url, PARTS[number - 1]).is_success
    assert len(stored(wandb_server)) == len(PARTS)
    whole = b"".join(PARTS)
    halves = [whole[:300_000], whole[300_000:]]
    urls = in_parts.announce(halves)
    assert stored(wandb_server) == set()
    for number, url in urls.items():
        assert in_parts.put(url, halves[number - 1]).is_success
    assert in_parts.complete(halves).status_code == 200
    assert len(stored(wandb_server)) == 1


def test_part_that_breaks_off_leaves_nothing(in_parts: InParts, wandb_server: WandbServer) -> None:
    urls = in_parts.announce(PARTS)

    def breaks() -> Iterator[bytes]:
        yield PARTS[0][:20_000]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        in_parts.http.put(urls[1], content=breaks(), headers={"Content-Length": "50000"})
    until = time.monotonic() + 10
    while stored(wandb_server) and time.monotonic() < until:
        time.sleep(0.01)
    assert stored(wandb_server) == set()
    assert in_parts.complete(PARTS).status_code == 400
