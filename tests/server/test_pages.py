"""The pages of the server over HTTP: who sees them, where they are, and what a preview shows."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from wbtyped import Api
from wbtyped.server import Reference, WandbServer
from wbtyped.server.pages.artifacts import differences
from wbtyped.server.pages.previews import preview

PATH = "/crew/ship/runs/log"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(
        "crew/ship/log",
        {"a.txt": f"hello {SCRIPT}", "media/rows.csv": "a,b\n1,2\n", "x#y?.txt": "odd"},
        config={"name": SCRIPT}, summary={"loss": 0.5}, history=[{"loss": 1.5}, {"loss": 0.5}],
        tags=["night"], display_name=f"amber {SCRIPT}",
    )  # fmt: skip
    for content in ("one", "two"):
        wandb_server.add_artifact(
            "crew/ship/data", "dataset", {"a.txt": content, "same.txt": "same"},
            references={"far.bin": Reference("s3://bucket/far.bin", digest="x", size=3)},
            metadata={"rows": SCRIPT}, logged_by="crew/ship/log", used_by=["crew/ship/user"],
        )  # fmt: skip
    return wandb_server


@pytest.fixture
def browser(server: WandbServer) -> Iterator[httpx.Client]:
    """A client that is signed in by the form."""
    with httpx.Client(base_url=server.url, follow_redirects=True) as client:
        form = {"key": server.api_key, "target": PATH}
        response = client.post("/-/sign-in", data=form)
        assert (response.status_code, response.url.path) == (200, PATH)
        yield client


@pytest.mark.parametrize("path", ["/", "/crew", "/crew/ship", PATH, "/crew/ship/artifacts", "/no"])
def test_page_without_key_is_the_sign_in_form(server: WandbServer, path: str) -> None:
    response = httpx.get(server.url + path)
    assert response.status_code == 401
    assert response.text.count('type="password"') == 1
    assert "amber" not in response.text
    assert server.api_key not in response.text


def test_page_with_basic_authentication_needs_no_form(server: WandbServer) -> None:
    response = httpx.get(server.url + PATH, auth=("api", server.api_key))
    assert (response.status_code, "0.5" in response.text) == (200, True)


def test_wrong_key_starts_no_session(server: WandbServer) -> None:
    response = httpx.post(f"{server.url}/-/sign-in", data={"key": "local-" + "x" * 40})
    assert (response.status_code, "set-cookie" in response.headers) == (401, False)
    assert 'role="alert"' in response.text


def test_wrong_key_keeps_the_page_that_was_asked_for(server: WandbServer) -> None:
    for target, kept in ((f"{PATH}?axis=time&metric=a%26b", True), ("//evil.example", False)):
        form = {"key": "wrong", "target": target}
        text = httpx.post(f"{server.url}/-/sign-in", data=form).text
        found = re.search(r'name="target" type="hidden" value="([^"]+)"', text)
        assert found
        assert html.unescape(found[1]) == (target if kept else "/")
    text = httpx.post(f"{server.url}/-/sign-in", content=b"x" * 10_000).text
    assert 'name="target" type="hidden" value="/"' in text


def test_cookie_is_for_pages_only_and_says_nothing(
    server: WandbServer, browser: httpx.Client
) -> None:
    ((name, value),) = browser.cookies.items()
    assert server.api_key not in value
    assert name == f"wbtyped-session-{httpx.URL(server.url).port}"
    query = {"query": "{ viewer { username } }"}
    assert browser.post("/graphql", json=query).status_code == 401
    assert browser.get("/files/crew/ship/log/a.txt").status_code == 401


def test_session_cookie_is_hidden_from_scripts_and_other_sites(server: WandbServer) -> None:
    response = httpx.post(f"{server.url}/-/sign-in", data={"key": server.api_key})
    attributes = response.headers["set-cookie"].lower()
    assert "httponly" in attributes
    assert "samesite=strict" in attributes


def test_sign_out_ends_the_session(browser: httpx.Client) -> None:
    kept = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    browser.post("/-/sign-out")
    assert browser.get(PATH).status_code == 401
    assert browser.get(PATH, headers={"Cookie": kept}).status_code == 401


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", ""]
)
def test_sign_in_leads_nowhere_else(server: WandbServer, target: str) -> None:
    form = {"key": server.api_key, "target": target}
    response = httpx.post(f"{server.url}/-/sign-in", data=form)
    assert (response.status_code, response.headers["location"]) == (303, "/")


def test_sign_in_from_another_site_is_rejected(server: WandbServer) -> None:
    headers = {"Origin": "https://evil.example"}
    form = {"key": server.api_key}
    assert httpx.post(f"{server.url}/-/sign-in", data=form, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "ship"), ("/crew", "ship"), ("/crew/projects", "ship"), ("/crew/ship", "night"),
        ("/crew/ship/workspace", "night"), (PATH, "1.5"), (f"{PATH}/overview", "1.5"),
        (f"{PATH}/files", "media/rows.csv"), (f"{PATH}/files/a.txt", "hello"),
        (f"{PATH}/files/media/rows.csv", "<td>2</td>"), (f"{PATH}/files/x%23y%3F.txt", "odd"),
        ("/crew/ship/artifacts", "dataset"), ("/crew/ship/artifacts/dataset", "data"),
        ("/crew/ship/artifacts/dataset/data", "v1"),
        ("/crew/ship/artifacts/dataset/data/v0", "s3://bucket/far.bin|reference"),
        ("/crew/ship/artifacts/dataset/data/latest/lineage", "Created by"),
        ("/crew/ship/storage", "Files of runs"),
        ("/crew/ship?order=-summary_metrics.loss&tag=night", "night"),
        ("/crew/ship/artifacts/dataset/data/v1?compare=v0", "changed"),
        ("/crew/ship/artifacts/dataset/data/v0/files/a.txt", "one"),
        ("/crew/ship/artifacts/dataset/data/v0/files/far.bin", "s3://bucket/far.bin"),
    ],
)  # fmt: skip
def test_page_shows_what_its_path_names(browser: httpx.Client, path: str, shown: str) -> None:
    response = browser.get(path)
    assert response.status_code == 200
    assert re.search(shown, response.text)
    assert SCRIPT not in response.text
    assert "'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/no", "/crew/no", "/crew/ship/runs/no", f"{PATH}/files/no", "/a/b/c/d/e/f/g",
     "/crew/ship/artifacts/dataset/no", "/crew/ship/artifacts/dataset/data/v9",
     "/crew/ship/artifacts/dataset/data/v0/files/no", "/orgs/no/registry/model"],
)  # fmt: skip
def test_page_of_nothing_is_not_found(browser: httpx.Client, path: str) -> None:
    response = browser.get(path)
    assert (response.status_code, "not found" in response.text) == (404, True)


def test_every_link_of_every_page_works(browser: httpx.Client) -> None:
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop()
        response = browser.get(path)
        assert response.status_code == 200, path
        for found in re.findall(r'(?:href|src)="([^"]+)"', response.text):
            if found.startswith("/") and found not in seen:
                seen.add(found)
                waiting += [] if found.startswith("/-/") else [found]
    assert len(seen) > 20


def test_links_of_clients_lead_to_pages(
    server: WandbServer, browser: httpx.Client, api: Api
) -> None:
    run, artifact = api.run("crew/ship/log"), api.artifact("crew/ship/data:v0")
    for url in (run.url, artifact.url, api.project("ship", "crew").url):
        assert url.startswith(server.url)
        assert browser.get(url).status_code == 200, url


def test_links_of_registries_lead_to_their_versions(
    server: WandbServer, browser: httpx.Client, api: Api
) -> None:
    server.add_organization("Acme Corp.", "acme-org", teams=["crew"])
    server.link_artifact("crew/ship/data:v1", "acme-org/wandb-registry-model/shelf")
    server.link_artifact("crew/ship/data:v1", "crew/model-registry/port folio")
    for path in ("acme-org/wandb-registry-model/shelf", "crew/model-registry/port folio"):
        linked = api.artifact(f"{path}:v0")
        response = browser.get(linked.url)
        assert "selectionPath" in linked.url
        assert (response.status_code, f"{linked.name}</h1>" in response.text) == (200, True)
        entity, project, name = path.split("/")
        shown = httpx.URL(f"/{entity}/{project}/artifacts/dataset/{name}/v0")
        assert (response.url.path, response.url.query) == (shown.path, b"")
        url = linked.url.partition("&view")[0]
        assert f"<h1>{name}</h1>" in browser.get(url).text
    assert "port folio" in browser.get("/crew/registry/model").text
    registry = api.registry("model", organization="Acme Corp.")
    for url in (registry.url, "/orgs/Acme%20Corp.", "/orgs/acme-org/registry"):
        assert browser.get(url).status_code == 200
        assert "shelf" in browser.get(url).text or "wandb-registry-model" in browser.get(url).text
    for url in (f"{registry.url}?selectionPath=a/b", f"{registry.url}?selectionPath=a/b/c"):
        assert browser.get(url).status_code == 404


def test_page_of_the_key_shows_none(server: WandbServer, browser: httpx.Client) -> None:
    text = browser.get("/authorize?ref=models").text  # as `wandb login` prints it
    assert "WBTYPED_SERVER_API_KEY" in text
    assert server.api_key not in text


@pytest.mark.parametrize(
    "path",
    ["/crew/ship?name=a%26b&order=-state", f"{PATH}/files/x%23y%3F.txt",
     "/orgs/A%20B/registry/model?selectionPath=a%2Fb%2Fc&version=v0"],
)  # fmt: skip
def test_sign_in_leads_back_to_the_whole_url(server: WandbServer, path: str) -> None:
    form = httpx.get(server.url + path).text
    target = re.search(r'name="target" type="hidden" value="([^"]+)"', form)
    assert target
    assert html.unescape(target[1]) == path
    data = {"key": server.api_key, "target": html.unescape(target[1])}
    assert httpx.post(f"{server.url}/-/sign-in", data=data).headers["location"] == path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/crew/ship", PATH, "/crew/ship/charts", "/-/ready"])
def test_pages_are_read_only(browser: httpx.Client, method: str, path: str) -> None:
    assert browser.request(method, path).status_code == 405


def test_head_of_a_page_has_its_headers(browser: httpx.Client) -> None:
    got, head = browser.get("/crew/ship"), browser.head("/crew/ship")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-security-policy", "cache-control"):
        assert head.headers[name] == got.headers[name]


def test_parts_of_pages_are_checked_for_changes(server: WandbServer) -> None:
    response = httpx.get(f"{server.url}/-/static/charts.js")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-cache")
    etag = {"If-None-Match": response.headers["etag"]}
    assert httpx.get(f"{server.url}/-/static/charts.js", headers=etag).status_code == 304
    assert httpx.get(f"{server.url}/-/static/../site.py").status_code in {401, 404}


def test_session_of_one_server_is_none_of_another(
    server: WandbServer, browser: httpx.Client
) -> None:
    with WandbServer(api_key=server.api_key) as other:
        port = httpx.URL(other.url).port
        (value,) = browser.cookies.values()
        for name in (f"wbtyped-session-{port}", *browser.cookies):
            headers = {"Cookie": f"{name}={value}"}
            assert httpx.get(other.url, headers=headers).status_code == 401


def test_pages_show_what_their_user_may_see(server: WandbServer) -> None:
    key = server.add_user("ann")
    server.add_user("bob", teams=["closed"])
    server.add_run("closed/secret/hidden", {"a.txt": "x"}, history=[{"loss": 1}])
    server.add_artifact("closed/secret/data", "dataset", {"a.txt": "x"})
    with httpx.Client(base_url=server.url, follow_redirects=True) as client:
        client.post("/-/sign-in", data={"key": key})
        assert "secret" not in client.get("/").text
        for path in (
            "/closed", "/closed/secret", "/closed/secret/charts?run=hidden",
            "/closed/secret/compare?run=hidden&all=1", "/closed/secret/runs/hidden",
            "/closed/secret/runs/hidden/files/a.txt", "/closed/secret/storage",
            "/closed/secret/artifacts", "/closed/secret/artifacts/dataset/data/v0",
            "/x/registry/model?selectionPath=closed/secret/data&version=v0",
        ):  # fmt: skip
            assert client.get(path).status_code == 404, path


def test_metadata_of_versions_are_compared(server: WandbServer, browser: httpx.Client) -> None:
    for number in range(2):
        server.add_artifact(
            "crew/meta/data", "dataset", {"a": "a", "gone" if number == 0 else "new": "x"},
            metadata={"same": 1, "deep": {"n": number}},
        )  # fmt: skip
    text = browser.get("/crew/meta/artifacts/dataset/data/v1?compare=v0").text
    assert "Metadata that differs from v0" in text
    assert re.search(r'deep.n</th><td class="value">0</td><td class="value">1</td>', text)
    for href in re.findall(r'href="([^"]+/files/[^"]+)"', text):
        assert browser.get(href).status_code == 200, href
    assert "v0/files/gone" in text
    text = browser.get("/crew/meta/artifacts/dataset/data/v1?compare=v1").text
    assert "The metadata are the same" in text


def test_files_are_shown_from_a_name_on(server: WandbServer, browser: httpx.Client) -> None:
    files = {f"f{number:03}": "x" for number in range(250)}
    server.add_run("crew/many/r", files)
    server.add_artifact("crew/many/data", "dataset", files)
    for path in ("/crew/many/runs/r", "/crew/many/artifacts/dataset/data/v0"):
        for start, first in (("f150", "f150"), ("f15", "f150"), ("f1499", "f150"), ("", "f000")):
            names = re.findall(r">(f\d{3})</a>", browser.get(path, params={"from": start}).text)
            assert names[0] == first
        assert "No files" in browser.get(path, params={"from": "z"}).text


def test_comparison_tells_what_changed(browser: httpx.Client) -> None:
    text = browser.get("/crew/ship/artifacts/dataset/data/v1?compare=v0").text
    assert "1 file differs from v0" in text
    assert re.search(
        r'changed</span></td><th scope="row"><a href="[^"]+/v1/files/a.txt">a\.txt', text
    )


def test_files_come_in_pages(server: WandbServer, browser: httpx.Client) -> None:
    server.add_run("crew/ship/many", {f"f{number:03}.txt": "x" for number in range(250)})
    names: list[str] = []
    path: str | None = "/crew/ship/runs/many"
    while path:
        text = browser.get(path).text
        names += re.findall(r">(f\d+\.txt)</a>", text)
        more = re.search(r'hx-get="([^"]+)"', text)
        path = more and more[1]
    assert names == [f"f{number:03}.txt" for number in range(250)]


def test_runs_come_in_pages(server: WandbServer, browser: httpx.Client) -> None:
    for number in range(60):
        server.add_run(f"crew/many/r{number:02}")
    names, pages = run_names(browser, "/crew/many")
    assert (names, pages) == ([f"r{number:02}" for number in reversed(range(60))], 2)


def run_names(browser: httpx.Client, path: str) -> tuple[list[str], int]:
    """Return the names of the runs on all pages from a path on, and the number of pages."""
    found: list[str] = []
    pages = 0
    more: str | None = path
    while more:
        text = browser.get(more).text
        found += re.findall(r'<a href="/crew/many/runs/([^"]+)"', text)
        link = re.search(r'href="([^"]+)" rel="next"', text)
        more, pages = link and html.unescape(link[1]), pages + 1
    return found, pages


@pytest.mark.parametrize("start", ["-", "+"])
def test_runs_are_sorted_by_a_column(
    server: WandbServer, browser: httpx.Client, start: str
) -> None:
    for number in range(60):
        summary = {"val/loss": (number * 7) % 60, "deep": {"er": number}} if number else {}
        server.add_run(f"crew/many/r{number:02}", summary=summary, config={"opt": {"lr": number}})
    text = browser.get("/crew/many").text
    assert "deep.er" in text
    links = re.findall(r'href="([^"]*val[^"]*)"', text)
    expected = ["/crew/many?order=-summary_metrics.val%2Floss"]
    assert [html.unescape(link) for link in links] == expected
    path = f"/crew/many?order={'-' if start == '-' else '%2B'}summary_metrics.val%2Floss"
    names, pages = run_names(browser, path)
    by_loss = sorted(range(1, 60), key=lambda n: (n * 7) % 60, reverse=start == "-")
    assert (names, pages) == ([f"r{n:02}" for n in (*by_loss, 0)], 2)
    sorted_as = "descending" if start == "-" else "ascending"
    assert f'aria-sort="{sorted_as}"' in browser.get(path).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=BRO", "ac"), ("name=a.b*%20%5Bc%5D-%26~", "d"), ("state=failed", "b"),
        ("tag=night", "ab"),
        ("tag=night&state=finished", "a"), ("name=none", ""), ("name=%20", "dcba"),
        ("state=finished&order=%2Bdisplay_name", "dac"),
    ],
)  # fmt: skip
def test_runs_are_filtered(
    server: WandbServer, browser: httpx.Client, query: str, expected: str
) -> None:
    server.add_run("crew/many/a", tags=["night"], display_name="amber brook")
    server.add_run("crew/many/b", tags=["night"], state="failed", display_name="sun")
    server.add_run("crew/many/c", display_name="brooks")
    server.add_run("crew/many/d", display_name="a.b* [c]-&~")
    names, _ = run_names(browser, f"/crew/many?{query}")
    assert sorted(names) == sorted(expected) if "order" not in query else names == [*expected]
    assert (expected == "") == ("No run matches" in browser.get(f"/crew/many?{query}").text)


@pytest.mark.parametrize(
    "query", ["order=nonsense", "order=", "after=x", "order=-state&after=x", "after=-5", "state=x"]
)
def test_wrong_queries_of_runs_do_no_harm(browser: httpx.Client, query: str) -> None:
    assert browser.get(f"/crew/ship?{query}").status_code in {200, 400}


def test_storage_page_says_what_takes_it(server: WandbServer, browser: httpx.Client) -> None:
    server.add_run("crew/ship/large", {"big.bin": b"x" * 5_000})
    server.add_run("crew/ship/large", {"big.bin": b"y" * 6_000})
    server.add_artifact("crew/ship/heavy", "model", {"m.bin": b"z" * 9_000})
    text = browser.get("/crew/ship/storage").text
    runs = server._context.sizes.run_file_bytes(1)  # pyright: ignore[reportPrivateUsage]
    seeded = sum(map(len, (f"hello {SCRIPT}", "a,b\n1,2\n", "odd")))
    assert runs == seeded + 6_000
    assert re.search(r'runs/large">[^<]*</a></th>\s*<td[^>]*>1</td><td[^>]*>5.9 KiB<', text)
    assert re.search(r">heavy</a></th>\s*<td>model</td><td[^>]*>1</td><td[^>]*>8.8 KiB<", text)
    assert browser.get("/crew/none/storage").status_code == 404


def test_versions_and_collections_come_in_pages(
    server: WandbServer, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtyped.server.pages.artifacts.PER_PAGE", 2)
    for number in range(4):
        server.add_artifact("crew/many/data", "dataset", {"a": str(number)})
        server.add_artifact(f"crew/many/c{number}", "model", {"a": "a"})
    for path, pattern, expected in (
        ("/crew/many/artifacts/dataset/data", r">(v\d)</a></th>", ["v3", "v2", "v1", "v0"]),
        ("/crew/many/artifacts", r">(c\d|data)</a></th>", ["c3", "c2", "c1", "c0", "data"]),
        ("/crew/many/artifacts/dataset", r">(c\d|data)</a></th>", ["data"]),
    ):
        found: list[str] = []
        query: str | None = ""
        while query is not None:
            text = browser.get(f"{path}{query}").text
            found += re.findall(pattern, text)
            more = re.search(r'href="(\?after=\d+)" rel="next"', text)
            query = more and more[1]
        assert found == expected


def test_lineage_is_drawn_with_links(server: WandbServer, browser: httpx.Client) -> None:
    server.add_artifact("crew/ship/raw", "dataset", {"r": "r"}, used_by=["crew/ship/log"])
    for number in range(12):
        server.add_artifact(f"crew/ship/m{number}", "model", {"m": "m"}, logged_by="crew/ship/user")
    drawn = re.search(
        "<svg.*</svg>", browser.get("/crew/ship/artifacts/dataset/data/v0").text, re.S
    )
    assert drawn
    titles = re.findall("<title>(.*)</title>", drawn[0])
    assert {"raw:v0", "data:v0", "m0:v0", "m2:v0", "9 more"} <= set(titles)
    assert drawn[0].count("<path") == 1 + 1 + 1 + 3
    assert drawn[0].count('aria-current="page"') == 1
    for href in re.findall(r'href="([^"]+)"', drawn[0]):
        assert browser.get(href).status_code == 200


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ({"a": "1", "b": "2"}, {"a": "1", "b": "3"}, [("changed", "b", 1)]),
        ({"a": "1"}, {}, [("added", "a", 1)]), ({}, {"a": "12"}, [("removed", "a", 2)]),
        ({"a": "1", "c": "c"}, {"b": "1", "c": "c"}, [("added", "a", 1), ("removed", "b", 1)]),
        ({"a": "1"}, {"a": "1"}, []),
    ],
)  # fmt: skip
def test_differences_of_two_versions(
    server: WandbServer, new: dict[str, str], old: dict[str, str], expected: list[object]
) -> None:
    for name, files in (("old", old), ("new", new)):
        server.add_artifact(f"crew/pair/{name}", "dataset", files)
    context = server._context  # pyright: ignore[reportPrivateUsage]
    project = context.projects.require("crew", "pair")["id"]
    members = [
        context.versions.memberships(row["id"])[0]
        for name in ("new", "old")
        if (row := context.collections.named(project, name))
    ]
    assert list(differences(context, *members)) == expected


def test_comparison_with_no_version_says_so(browser: httpx.Client) -> None:
    response = browser.get("/crew/ship/artifacts/dataset/data/v1?compare=v77")
    assert (response.status_code, "There is no version v77" in response.text) == (200, True)


def test_registry_page_shows_its_collections(server: WandbServer, browser: httpx.Client) -> None:
    server.add_organization("Acme", "acme-org")
    server.link_artifact("crew/ship/data:v0", "acme-org/wandb-registry-model/shelf")
    assert browser.get("/orgs/Acme/registry/model").status_code == 200
    text = browser.get("/acme-org/wandb-registry-model/artifacts").text
    assert "portfolio" in text


@pytest.mark.parametrize("name", ["page.html", "image.svg", "x.js"])
def test_files_of_others_are_shown_as_text_and_sent_as_downloads(
    server: WandbServer, browser: httpx.Client, name: str
) -> None:
    server.add_run("crew/ship/log", {name: f"<svg onload=alert(1)>{SCRIPT}</svg>"})
    text = browser.get(f"{PATH}/files/{name}").text
    assert "&lt;svg onload" in text
    assert "<svg" not in text
    content = re.search(r'href="([^"]+)" download', text)
    assert content
    assert content[1].startswith(server.storage_url)
    sent = httpx.get(html.unescape(content[1]))
    assert sent.headers["content-type"] == "application/octet-stream"


# Previews.


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", '{"a":[1,"ü"],"b":NaN}', '{\n  "a": [\n    1,\n    "ü"\n  ],\n  "b": NaN\n}'),
        ("a.json", '{\n"a":1}', '{\n"a":1}'), ("a.json", "{broken", "{broken"), ("a.json", "", ""),
        ("a.json", "[" * 10_000, "[" * 10_000), ("a.txt", '{"a":1}', '{"a":1}'),
        ("a.json", "1" * 5_000, "1" * 5_000), ("a.json", "[" + "1," * 50_000 + "1]", None),
    ],
)  # fmt: skip
def test_json_of_one_line_is_indented(
    tmp_path: Path, name: str, content: str, expected: str | None
) -> None:
    (tmp_path / "file").write_text(content, encoding="utf-8")
    found = preview(name, tmp_path / "file", len(content.encode()))
    assert found.text == (content[: 64 * 1024] if expected is None else expected)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", b"gr\xc3\xbcn", "text"), ("a.bin", b"\0\xff", "none"), ("a.txt", b"", "text"),
        ("a.txt", b"x" * 100_000, "cut"), ("A.PNG", b"anything", "image"),
        ("a.csv", b"a,b\n1,2\n", "table"), ("a.csv", b"", "text"), ("a.tsv", b"a\tb\n", "table"),
        ("a.csv", b"a,b\n" + b"1,2\n" * 100, "cut table"), ("x.csv", b'a,"\n' * 9, "table"),
        ("t.table.json", b'{"columns": ["a"], "data": [[1], [null]]}', "table"),
        ("t.table.json", b'{"columns": 5}', "text"), ("t.table.json", b"\xff", "none"),
    ],
)  # fmt: skip
def test_preview_of_any_file(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / "file").write_bytes(content)
    found = preview(name, tmp_path / "file", len(content))
    kind = "image" if found.is_image else "table" if found.columns is not None else "none"
    kind = kind if found.text is None else "text"
    assert kind == {"cut": "text", "cut table": "table"}.get(expected, expected)
    assert found.is_cut == expected.startswith("cut")
    assert len(json.dumps([found.text, *found.rows], default=str)) < 200_000
