"""Pages of runs: tables with chosen columns, charts of several runs, configurations compared."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer
from wbtyped.server.pages.charts import AXES, Charts, thinned
from wbtyped.server.pages.page import cell, duration, excerpt, short
from wbtyped.server.pages.run_choice import comparison
from wbtyped.server.pages.values import compare_values
from wbtyped.server.streams import HISTORY


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for number in range(3):
        wandb_server.add_run(
            f"crew/ship/r{number}", display_name=f"name{number}", tags=[f"tag{number}"],
            config={"lr": number / 10, "model": "same", "opt": {"name": f"o{number}"}},
            summary={"acc": number}, history=[
                {"loss": number + step, "_runtime": step * 60, "_timestamp": 1e9 + step}
                for step in range(4)
            ],
        )  # fmt: skip
    return wandb_server


def drawn(text: str) -> Mapping[str, list[dict[str, Any]]]:
    """Return the lines of each chart on a page."""
    names = re.findall(r'<span class="name">([^<]*)</span>', text)
    data = re.findall(r'data-lines="([^"]*)"', text)
    return {n: json.loads(html.unescape(d)) for n, d in zip(names, data, strict=True)}


# Charts of several runs.


def test_charts_have_a_line_for_each_run(server: WandbServer, pages: httpx.Client) -> None:
    text = pages.get("/crew/ship/charts").text
    [lines] = drawn(text).values()
    assert [(line["run"], line["x"], line["y"]) for line in lines] == [
        (f"name{number}", [0, 1, 2, 3], [number, number + 1, number + 2, number + 3])
        for number in (2, 1, 0)
    ]
    legend = re.findall(r'data-line="(\d)".*?</span>(name\d)</label>', text)
    assert legend == [("0", "name2"), ("1", "name1"), ("2", "name0")]
    assert re.search(r"runs/r1\">name1</a></th>\s*<td[^>]*>1</td><td[^>]*>4</td>", text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("run=r0&run=r2", ["name0", "name2"]), ("run=r0&run=r0&run=gone", ["name0"]),
        ("tag=tag1", ["name1"]), ("name=NAME2", ["name2"]),
        ("where=config.lr&is=gte&value=0.1", ["name2", "name1"]),
        ("order=%2Bsummary_metrics.acc", ["name0", "name1", "name2"]),
    ],
)  # fmt: skip
def test_charts_are_of_chosen_or_filtered_runs(
    server: WandbServer, pages: httpx.Client, query: str, expected: list[str]
) -> None:
    [lines] = drawn(pages.get(f"/crew/ship/charts?{query}").text).values()
    assert [line["run"] for line in lines] == expected


@pytest.mark.parametrize(
    ("axis", "x"),
    [("step", [0, 1]), ("runtime", [0, 60]), ("time", [1e9, 1e9 + 1]), ("other", [0, 1])],
)
def test_charts_by_step_or_time(
    server: WandbServer, pages: httpx.Client, axis: str, x: list[float]
) -> None:
    [lines] = drawn(pages.get(f"/crew/ship/charts?axis={axis}&run=r0").text).values()
    assert lines[0]["x"][:2] == x
    [lines] = drawn(pages.get(f"/crew/ship/runs/r0?axis={axis}").text).values()
    assert lines[0]["x"][:2] == x


def test_more_runs_than_a_chart_can_show_are_counted(
    server: WandbServer, pages: httpx.Client
) -> None:
    for number in range(12):
        server.add_run(f"crew/many/r{number:02}", history=[{"m": 1}])
    text = pages.get("/crew/many/charts").text
    assert "The first 10 of 12 runs" in text
    assert len(drawn(text)["m"]) == 10


def test_metrics_are_chosen_by_a_part_of_their_name(
    server: WandbServer, pages: httpx.Client
) -> None:
    server.add_run("crew/wide/r", history=[{f"m{number:03}": 1 for number in range(300)}])
    for path, most in (("/crew/wide/charts", 12), ("/crew/wide/runs/r", 24)):
        text = pages.get(path).text
        assert f"The first {most} of 300 metrics" in text
        assert len(drawn(text)) == most
        assert [*drawn(pages.get(f"{path}?metric=M29").text)] == [f"m29{n}" for n in range(10)]
        assert "contains nothing" in pages.get(f"{path}?metric=nothing").text


def test_values_that_cannot_be_drawn_are_counted(server: WandbServer, pages: httpx.Client) -> None:
    server.add_run(
        "crew/odd/r",
        history=[
            {"a": float("nan"), "_step": 0}, {"a": float("inf")}, {"a": "NaN"}, {"a": 10**400},
            {"a": 2.5, "b": True, "c": "text", "d": {"e": 1}, "img": {"_type": "image", "size": 1}},
            {"a": 1, "_step": float("nan")}, {"a": 1, "_step": "x"}, {"a": 1, "_step": 10**400},
        ],
    )  # fmt: skip
    for path in ("/crew/odd/runs/r", "/crew/odd/charts"):
        text = pages.get(path).text
        assert {name: lines[0]["y"] for name, lines in drawn(text).items()} == {
            "a": [2.5], "d.e": [1],
        }  # fmt: skip
        assert '<td class="number">1</td><td class="number">4</td>' in text


@pytest.mark.parametrize("path", ["/crew/bare/runs/r", "/crew/bare/charts", "/crew/bare/compare"])
def test_pages_of_runs_without_history(server: WandbServer, pages: httpx.Client, path: str) -> None:
    server.add_run("crew/bare/r")
    response = pages.get(path)
    assert response.status_code == 200
    assert drawn(response.text) == {}


def test_long_history_is_sampled_with_its_rare_metrics(
    server: WandbServer, pages: httpx.Client
) -> None:
    server.add_run(
        "crew/long/r",
        history=[{"m": n, **({"rare": n} if n % 10 == 5 else {})} for n in range(20_000)],
    )
    text = pages.get("/crew/long/runs/r").text
    assert "A sample of 5,000 of 20,000 steps" in text
    found = drawn(text)
    assert len(found["m"][0]["x"]) == 500
    assert found["m"][0]["x"][-1] == 19_999
    assert found["m"][0]["x"] == sorted(found["m"][0]["x"])
    assert len(found["rare"][0]["x"]) > 300


@pytest.mark.parametrize("most", [2, 10, 50, 99, 100, 1000])
def test_sampled_has_as_many_lines_as_asked_for(server: WandbServer, most: int) -> None:
    server.add_run("crew/s/r", history=[{"m": n} for n in range(100)])
    context = server._context  # pyright: ignore[reportPrivateUsage]
    row = context.runs.by_path("crew", "s", "r")
    assert row
    steps = [
        json.dumps(step["_step"]) for step in context.streams.sampled(row["id"], HISTORY, most)
    ]
    assert len({*steps}) == len(steps) == min(most, 100)
    assert steps[-1] == "99"


def test_charts_go_forward_where_time_went_back() -> None:
    charts = Charts(AXES["step"])
    charts.add_run(0, "r", "", [{"_step": 2, "m": 1}, {"_step": 1, "m": 5}])
    assert [chart.lines[0].points for chart in charts.named()] == [[(1, 5), (2, 1)]]


def test_thinned_points_keep_the_first_and_the_last() -> None:
    points = [(float(n), float(n)) for n in range(1_000)]
    found = thinned(points, 7)
    assert (len(found), found[0], found[-1]) == (7, points[0], points[-1])
    assert thinned(points[:7], 7) == points[:7]


def test_system_metrics_and_the_end_of_the_console_are_shown(
    server: WandbServer, pages: httpx.Client
) -> None:
    files = {
        "wandb-events.jsonl": {"content": ['{"system.cpu": 40, "_runtime": 5}']},
        "output.log": {"content": [f"line {number}" for number in range(300)]},
    }
    auth = ("api", server.api_key)
    sent = httpx.post(
        f"{server.url}/files/crew/ship/r0/file_stream", json={"files": files}, auth=auth
    )
    assert sent.status_code == 200
    text = pages.get("/crew/ship/runs/r0").text
    assert drawn(text)["system.cpu"][0]["x"] == [5]
    assert "The last 200 of 300 lines" in text
    assert "line 299" in text


# Configurations side by side.


def test_comparison_shows_what_differs(server: WandbServer, pages: httpx.Client) -> None:
    text = pages.get("/crew/ship/compare?run=r1&run=r2").text
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>\s*(.*?)</tr>', text, re.DOTALL))
    shown = {key: re.findall(r"<td[^>]*>([^<]*)</td>", row) for key, row in rows.items()}
    assert shown["lr"] == ["0.1", "0.2"]
    assert shown["opt.name"] == ["o1", "o2"]
    assert shown["acc"] == ["1", "2"]
    assert shown["Tags"] == ["tag1", "tag2"]
    assert "model" not in shown
    assert "State" not in shown


def test_comparison_shows_all_values_if_asked(server: WandbServer, pages: httpx.Client) -> None:
    text = pages.get("/crew/ship/compare?run=r1&run=r2").text
    more = re.search(r'<a href="([^"]+)">Show all values', text)
    assert more
    text = pages.get(f"/crew/ship/compare{html.unescape(more[1])}").text
    assert re.search(r'model</th>\s*<td title="same">same</td><td title="same">same</td>', text)
    assert text.count('<span class="change">differs</span>') == text.count('class="differs"') > 3
    assert "Show differences only" in text


def test_comparison_of_filtered_runs(server: WandbServer, pages: httpx.Client) -> None:
    for number in range(30):
        server.add_run(f"crew/many/r{number}", tags=["a" if number else "b"])
    assert "The first 20 of 29 runs" in pages.get("/crew/many/compare?tag=a").text
    assert "No differences" in pages.get("/crew/many/compare?run=r1").text
    assert pages.get("/crew/none/compare").status_code == 404


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([{"a": 1}, {"a": 1}], []), ([{"a": 1}, {"a": True}], ["a"]), ([{"a": None}, {}], ["a"]),
        ([{"a": float("nan")}, {"a": float("nan")}], []), ([], []), ([{"a": 1}], []),
        ([{"a": [1]}, {"a": [2]}, {"b": 1}], ["a", "b"]),
    ],
)  # fmt: skip
def test_values_that_differ(objects: list[dict[str, Any]], expected: list[str]) -> None:
    found, more = compare_values(objects, everything=False)
    assert ([each.key for each in found], more) == (expected, 0)


def test_comparison_of_thousands_of_keys_says_how_many_more(pages: httpx.Client) -> None:
    found, more = compare_values([{f"k{n}": n for n in range(2_500)}, {}], everything=False)
    assert (len(found), more) == (2_000, 500)


# The table of runs.


def test_columns_are_chosen(server: WandbServer, pages: httpx.Client) -> None:
    path = "/crew/ship?column=config.opt.name&column=summary_metrics.acc&column=nonsense"
    text = pages.get(path).text
    head = re.search(r"<thead>(.*?)</thead>", text, re.DOTALL)
    assert head
    names = re.findall(r"<a [^>]*>([^<]+)</a>", head[1])
    assert names == ["Run", "State", "Created", "Duration", "User", "opt.name", "acc"]
    assert len(re.findall(r'name="column" value="[^"]+" checked', text)) == 2
    [link] = [x for x in re.findall(r'href="([^"]+)"', head[1]) if "-summary_metrics.acc" in x]
    assert "column=config.opt.name" in link


@pytest.mark.parametrize(
    ("where", "sign", "value", "expected"),
    [
        ("config.lr", "gt", "0.1", "2"), ("config.lr", "lte", "0.1", "01"),
        ("config.lr", "eq", "0.2", "2"), ("config.lr", "ne", "0.2", "01"),
        ("config.opt.name", "eq", "o1", "1"), ("config.opt.name", "contains", "O", "012"),
        ("summary_metrics.acc", "gte", "1", "12"), ("config.model", "contains", "(.*", ""),
        ("", "eq", "1", "012"), ("config.lr", "", "", "012"), ("config.lr", "lt", "text", ""),
    ],
)  # fmt: skip
def test_runs_are_filtered_by_a_value(
    server: WandbServer, pages: httpx.Client, where: str, sign: str, value: str, expected: str
) -> None:
    response = pages.get("/crew/ship", params={"where": where, "is": sign, "value": value})
    found = re.findall(r'<a href="/crew/ship/runs/r(\d)"', response.text)
    assert sorted(found) == [*expected]


@pytest.mark.parametrize("where", ["nonsense", "$and", "state.x"])
def test_unknown_columns_are_bad_requests(
    server: WandbServer, pages: httpx.Client, where: str
) -> None:
    response = pages.get("/crew/ship", params={"where": where, "is": "eq", "value": "1"})
    assert response.status_code == 400


def test_comparison_of_numbers_as_people_write_them() -> None:
    assert comparison("eq", "1e-3") == {"$in": [0.001, "1e-3"]}
    assert comparison("gt", "[" * 100_000) == {"$gt": "[" * 100_000}


@pytest.mark.parametrize(("kind", "field"), [("sweeps", "sweep"), ("groups", "groupName")])
def test_sweeps_and_groups_are_filters(
    server: WandbServer, pages: httpx.Client, kind: str, field: str
) -> None:
    query = (
        'mutation { upsertBucket(input: {entityName: "crew", modelName: "ship", name: "in",'
        f' {field}: "a b/c"}}) {{ bucket {{ id }} }} }}'
    )
    body = {"query": query}
    auth = ("api", server.api_key)
    assert "errors" not in httpx.post(f"{server.url}/graphql", json=body, auth=auth).json()
    text = pages.get(f"/crew/ship/{kind}/a%20b%2Fc").text
    assert re.findall(r'<a href="/crew/ship/runs/(\w+)"', text) == ["in"]
    assert "1 run<" in text
    assert f"/crew/ship/{kind}/a%20b%2Fc" in pages.get("/crew/ship/runs/in").text


# Odd values and names.

ODD_NAMES = ("a b", "grün", "100%", "a%2Fb", "q?x", "h#x", "a&b=c", "a+b", "'\"<>", "a\\b", "😀")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_lead_to_their_pages(server: WandbServer, pages: httpx.Client, name: str) -> None:
    file = f"dir {name}/{name}.txt"
    server.add_run(
        f"crew/odd/{name}", {file: f"content of {file}"}, history=[{name: 1}],
        config={name: name}, tags=[name], display_name=name,
    )  # fmt: skip
    server.add_artifact(
        "crew/odd/data", f"type {name}", {file: "content"}, aliases=[f"alias {name}"]
    )
    quoted = quote(name, safe="")
    kind, alias = quote(f"type {name}", safe=""), quote(f"alias {name}", safe="")
    version = f"/crew/odd/artifacts/{kind}/data/{alias}"
    for path in (
        f"/crew/odd/runs/{quoted}", f"/crew/odd/runs/{quoted}/files/{quote(file)}",
        f"/crew/odd?tag={quoted}&column=config.{quoted}&order=-config.{quoted}",
        f"/crew/odd/charts?run={quoted}", f"/crew/odd/compare?run={quoted}&all=1",
        version, f"{version}/files/{quote(file)}", f"/crew/odd/artifacts/{kind}",
    ):  # fmt: skip
        response = pages.get(path)
        assert response.status_code == 200, path
        assert name in html.unescape(response.text), path


def test_odd_json_is_shown(server: WandbServer, pages: httpx.Client) -> None:
    server.add_run("crew/odd/a")
    values = {
        "config": '{"\\ud800": {"value": "\\udfff"}, "big": {"value": 1' + "0" * 400 + "}}",
        "summary_metrics": '{"nan": NaN, "inf": Infinity, "deep": ' + "[" * 100 + "]" * 100 + "}",
    }
    context = server._context  # pyright: ignore[reportPrivateUsage]
    with context.database.transaction() as connection:
        connection.execute("UPDATE runs SET config = :config, summary_metrics = :summary_metrics "
                           "WHERE name = 'a'", values)  # fmt: skip
    for path in ("/crew/odd/runs/a", "/crew/odd", "/crew/odd/compare?run=a&all=1"):
        response = pages.get(path)
        assert response.status_code == 200
        assert ">NaN<" in response.text
        assert ">Infinity<" in response.text


def test_run_of_thousands_of_keys_and_a_long_value_fits(
    server: WandbServer, pages: httpx.Client
) -> None:
    config = {**{f"k{number}": number for number in range(2_000)}, "long": "x" * 1_000_000}
    server.add_run("crew/wide/r", config=config)
    for path in ("/crew/wide", "/crew/wide/runs/r", "/crew/wide/compare?run=r&all=1"):
        response = pages.get(path)
        assert response.status_code == 200
        assert len(response.content) < 600_000, path
    assert "(1,000,000 characters)" in pages.get("/crew/wide/runs/r").text


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (90_061, "1 d 1 h"),
        (-5, "0 s"),
    ],
)
def test_duration_has_two_units(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_values_of_cells() -> None:
    values: list[JsonValue] = [0.123456789, 1e-9, 5, True, None, "a", [0.5]]
    expected = ["0.12346", "1e-09", "5", "true", "null", "a", "[0.5]"]
    assert [short(value) for value in values] == expected
    assert (short(float("nan")), cell(float("nan"))) == ("NaN", "NaN")
    assert excerpt("x" * 30, 10) == "x" * 10 + "… (30 characters)"
