"""File streams: what a run logs while it runs."""

import gzip
import json
from collections.abc import Mapping

import httpx
import pytest

from wbtyped.server import WandbServer
from wbtyped.server.limits import STREAM_BODY_BYTES

from .conftest import Ask

RUN = """
query Run($samples: Int, $specs: [JSONString!]!) {
  project(name: "ship", entityName: "crew") { run(name: "log") {
    state exitcode summaryMetrics historyLineCount historyTail eventsLineCount logLineCount
    history(samples: $samples) sampledHistory(specs: $specs) historyKeys
  } } }
"""


def lines(*steps: Mapping[str, object], offset: int = 0) -> dict[str, object]:
    return {"offset": offset, "content": [json.dumps(step) for step in steps]}


def post(server: WandbServer, body: object, run: str = "log", key: str = "") -> httpx.Response:
    url = f"{server.url}/files/crew/ship/{run}/file_stream"
    return httpx.post(url, json=body, auth=("api", key or server.api_key))


def test_file_stream_metrics_are_sampled_by_step(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log")
    steps = [{"_step": n, "loss": 1 / (n + 1), "word": "x"} for n in range(4)]
    assert post(wandb_server, {"files": {"wandb-history.jsonl": lines(*steps[:3])}}).is_success
    # A client that did not get the response sends the lines again.
    again = lines(*steps[2:], offset=2)
    events, log = lines({"cpu": 1}), {"offset": 0, "content": ["one", "two"]}
    body = {
        "files": {
            "wandb-history.jsonl": again, "wandb-events.jsonl": events, "output.log": log,
            "wandb-summary.json": {"offset": 0, "content": ['{"loss": 0.25}']},
        },
        "complete": True, "exitcode": 0,
    }  # fmt: skip
    assert post(wandb_server, body).is_success
    spec = json.dumps({"keys": ["_step", "loss"], "minStep": 1, "samples": 2})
    run = ask(RUN, samples=2, specs=[spec]).json()["data"]["project"]["run"]
    assert (run["state"], run["exitcode"], run["summaryMetrics"]) == (
        "finished",
        0,
        '{"loss": 0.25}',
    )
    assert [run[f"{kind}LineCount"] for kind in ("history", "events", "log")] == [4, 1, 2]
    assert json.loads(json.loads(run["historyTail"])[0]) == steps[3]
    assert [json.loads(step) for step in run["history"]] == [steps[0], steps[2]]
    assert run["sampledHistory"] == [[{"_step": 1, "loss": 0.5}, {"_step": 2, "loss": 1 / 3}]]
    [scanned] = ask(
        RUN, specs=[json.dumps({"keys": ["_step"], "minStep": 1, "maxStep": 2})]
    ).json()["data"]["project"]["run"]["sampledHistory"]
    assert scanned == [{"_step": 1}, {"_step": 2}], "the last step is included"
    assert run["historyKeys"]["lastStep"] == 3
    assert run["historyKeys"]["keys"]["word"] == {"typeCounts": [{"type": "string", "count": 4}]}


def test_file_stream_nonzero_exitcode_marks_run_failed(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log")
    assert post(wandb_server, {"complete": True, "exitcode": 3}).is_success
    run = ask(RUN, samples=2, specs=[]).json()["data"]["project"]["run"]
    assert (run["state"], run["exitcode"], run["history"]) == ("failed", 3, [])
    assert run["historyKeys"] is None


def test_file_stream_invalid_request_is_rejected(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    assert post(wandb_server, {}, key="wrong").status_code == 401
    assert post(wandb_server, {}, run="none").status_code == 404
    assert post(wandb_server, {"files": {"x": {"offset": "no"}}}).status_code == 400


def test_file_stream_in_gzip_is_decoded(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log")
    body = json.dumps({"files": {"wandb-history.jsonl": lines({"_step": 0, "loss": 2})}}).encode()
    auth = ("api", wandb_server.api_key)

    def send(content: bytes, encoding: str = "gzip") -> int:
        url = f"{wandb_server.url}/files/crew/ship/log/file_stream"
        headers = {"Content-Encoding": encoding}
        return httpx.post(url, content=content, headers=headers, auth=auth).status_code

    packed = gzip.compress(body)
    assert send(packed) == 200
    run = ask(RUN, samples=2, specs=[]).json()["data"]["project"]["run"]
    assert [json.loads(step) for step in run["history"]] == [{"_step": 0, "loss": 2}]
    assert send(body, "identity") == 200
    assert [send(body), send(packed[:-1]), send(packed + packed)] == [400] * 3
    assert send(gzip.compress(b" " * (STREAM_BODY_BYTES + 1))) == 413
    assert send(body, "br") == 415


def test_samples_of_parts_of_a_metric_are_returned_by_their_dotted_keys(
    wandb_server: WandbServer, ask: Ask
) -> None:
    wandb_server.add_run("crew/ship/log", history=[{"deep": {"er": 1}, "a.b": 2}, {"a.b": 3}])
    specs = [json.dumps({"keys": keys}) for keys in (["deep.er"], ["_step", "a.b"], ["deep.none"])]
    run = ask(RUN, specs=specs).json()["data"]["project"]["run"]
    assert run["sampledHistory"] == [
        [{"deep.er": 1}], [{"_step": 0, "a.b": 2}, {"_step": 1, "a.b": 3}], [],
    ]  # fmt: skip


@pytest.mark.parametrize("spec", ["1", '{"keys": 1}', '{"samples": "x"}'])
def test_malformed_spec_of_samples_is_rejected(
    wandb_server: WandbServer, ask: Ask, spec: str
) -> None:
    wandb_server.add_run("crew/ship/log")
    response = ask(RUN, specs=[spec])
    assert response.status_code == 400
    assert "invalid spec" in response.text


def test_lines_that_are_no_objects_do_not_break_the_history(
    wandb_server: WandbServer, ask: Ask
) -> None:
    wandb_server.add_run("crew/ship/log", state="running")
    content = ["", "no JSON", "[1]", '{"_step": 3, "loss": %s}' % ("9" * 5000), '{"_step": "x"}']
    for name in ("wandb-history.jsonl", "wandb-events.jsonl"):
        body = {"files": {name: {"offset": 0, "content": content}}}
        assert post(wandb_server, body).is_success
    query = """{ project(name: "ship", entityName: "crew") { run(name: "log") {
      history events historyKeys parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData }
    } } }"""
    run = ask(query).json()["data"]["project"]["run"]
    assert len(run["events"]) == 5
    assert run["parquetHistory"]["parquetUrls"] == []
    assert {"_step": 3} in run["parquetHistory"]["liveData"]


CONSOLE = """
query Console($after: String, $before: String, $first: Int, $last: Int) {
  project(name: "ship", entityName: "crew") { run(name: "log") {
    logLines(after: $after, before: $before, first: $first, last: $last) {
      edges { node { number line } } pageInfo {
        startCursor endCursor hasNextPage hasPreviousPage
      }
    }
  } }
}
"""


def test_console_is_paged_backward_from_its_end(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log")
    content = [f"line {number}" for number in range(5)]
    assert post(wandb_server, {"files": {"output.log": {"content": content}}}).is_success
    pages: list[list[int]] = []
    before: str | None = None
    while True:
        answer = ask(CONSOLE, last=2, before=before).json()["data"]["project"]["run"]["logLines"]
        pages.append([edge["node"]["number"] for edge in answer["edges"]])
        info = answer["pageInfo"]
        assert info["hasNextPage"] is (before is not None)
        before = info["startCursor"]
        if not info["hasPreviousPage"]:
            break
    assert pages == [[3, 4], [1, 2], [0]]
    assert ask(CONSOLE, last=0).json()["data"]["project"]["run"]["logLines"]["edges"] == []
    assert ask(CONSOLE, last=1, first=1).status_code == 400
    assert ask(CONSOLE, last=-1).status_code == 400


def test_half_of_a_character_in_a_metric_is_sent_as_logged(
    wandb_server: WandbServer, ask: Ask
) -> None:
    wandb_server.add_run("crew/ship/log")
    half = '{"word": "\\ud800", "\\udfff": 1}'
    body = {"files": {"wandb-history.jsonl": {"content": [half]}}, "complete": True}
    assert post(wandb_server, body).is_success
    spec = json.dumps({"keys": ["word"]})
    run = ask(RUN, samples=2, specs=[spec]).json()["data"]["project"]["run"]
    assert run["sampledHistory"] == [[{"word": "\ud800"}]]
    assert [json.loads(step) for step in run["history"]] == [{"_step": 0, **json.loads(half)}]
    assert run["historyKeys"]["keys"].keys() == {"_step", "word", "\udfff"}
