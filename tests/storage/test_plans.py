"""Retention plans: what they keep, what they free, and that applying them does just that."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.storage.changed_rows import age_versions
from wbtyped import Api
from wbtyped.errors import RateLimitError, UsageError
from wbtyped.server import Fault, WandbServer
from wbtyped.storage.prune_plan import PrunePlan, read_plan

PROJECTS = itertools.count()
CONTENTS = "abcdef"
NAMES = ("data", "more", "net")
TYPES = {"data": "dataset", "more": "dataset", "net": "model"}


@dataclass(frozen=True)
class Made:
    """A version to make, and what happens to it."""

    collection: str
    contents: frozenset[str]
    alias: str | None
    tag: str | None
    user: str | None
    """The state of a run that uses it."""
    linked: bool
    accuracy: float | None


@dataclass(frozen=True)
class Rules:
    """The rules of a plan."""

    keep_last: int | None = None
    keep_aliased: bool = False
    keep_used: bool = False
    keep_tagged: bool = False
    where: str | None = None


MADE = st.builds(
    Made,
    st.sampled_from(NAMES),
    st.frozensets(st.sampled_from(CONTENTS), min_size=1),
    st.none() | st.sampled_from(["best", "prod"]),
    st.none() | st.just("gold"),
    st.none() | st.sampled_from(["finished", "running"]),
    st.sampled_from([False, False, True]),
    st.none() | st.sampled_from([0.1, 0.5, 0.9]),
)
RULES = st.builds(
    Rules,
    st.none() | st.integers(1, 3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.just("metadata.accuracy < 0.6"),
).filter(lambda rules: rules != Rules())


def content(project: str, name: str) -> bytes:
    """Return a content that only this example has; each has another size."""
    return f"{project} {name}".encode() * (3 + CONTENTS.index(name))


def make(server: WandbServer, project: str, versions: Sequence[Made]) -> list[str]:
    """Make the versions, and return their paths."""
    paths: list[str] = []
    for made in versions:
        runs: list[str] = []
        if made.user:
            runs = [f"me/{project}/{made.user}-{len(paths)}"]
            server.add_run(runs[0], state=made.user)
        name = server.add_artifact(
            f"me/{project}/{made.collection}", TYPES[made.collection],
            {f"{key}.bin": content(project, key) for key in made.contents},
            aliases=[made.alias] if made.alias else [], tags=[made.tag] if made.tag else [],
            metadata={} if made.accuracy is None else {"accuracy": made.accuracy}, used_by=runs,
        )  # fmt: skip
        paths.append(f"me/{project}/{name}")
        if made.linked:
            server.link_artifact(paths[-1], f"me/{project}/shelf-{TYPES[made.collection]}")
    return paths


def kept_by_the_rules(versions: Sequence[Made], rules: Rules) -> list[bool]:
    """Read the rules directly, one version after another."""
    kept: list[bool] = []
    for number, made in enumerate(versions):
        later = [other for other in versions[number + 1 :] if other.collection == made.collection]
        has_alias = not later or (
            made.alias is not None and all(other.alias != made.alias for other in later)
        )
        meets = made.accuracy is not None and made.accuracy < 0.6
        kept.append(
            (rules.keep_last is not None and len(later) < rules.keep_last)
            or (rules.keep_aliased and has_alias)
            or (rules.keep_used and made.user is not None)
            or (rules.keep_tagged and made.tag is not None)
            or (rules.where is not None and not meets)
            or made.linked
            or made.user == "running"
        )
    return kept


@pytest.mark.slow
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(MADE, min_size=1, max_size=7), RULES)
@example(
    [Made("data", frozenset("a"), None, None, "running", False, None)], Rules(keep_tagged=True)
)
def test_plan_keeps_what_the_rules_say_and_frees_what_storage_loses(
    shared_server: WandbServer, shared_api: Api, versions: list[Made], rules: Rules
) -> None:
    project = f"plan-{next(PROJECTS)}"
    paths = make(shared_server, project, versions)
    kept = kept_by_the_rules(versions, rules)
    plan = shared_api.plan_prune(
        f"me/{project}", keep_last=rules.keep_last, keep_aliased=rules.keep_aliased,
        keep_used=rules.keep_used, keep_tagged=rules.keep_tagged, where=rules.where, cache=False,
    )  # fmt: skip
    decided = {version.path: version.action == "keep" for version in plan.versions}
    assert decided == dict(zip(paths, kept, strict=True))
    assert all(version.reason for version in plan.kept)

    left = set[str]().union(*(m.contents for m, stays in zip(versions, kept, strict=True) if stays))
    everything = set[str]().union(*(made.contents for made in versions))
    freed = sum(len(content(project, key)) for key in everything - left)
    assert plan.freed_size == freed

    shared_server.collect_garbage()
    before = shared_server.stored_size()
    result = shared_api.apply_plan(plan)
    assert sorted(result.deleted) == sorted(p for p, stays in decided.items() if not stays)
    assert result.complete
    shared_server.collect_garbage()
    assert before - shared_server.stored_size() == result.freed_size == freed


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for number in range(4):
        files = {"same": b"x" * 1000, "own": b"%d" % number * 100}
        wandb_server.add_artifact("me/p/data", "dataset", files, metadata={"accuracy": number / 10})
    return wandb_server


def names_left(api: Api) -> list[str]:
    return sorted(version.name for version in api.artifacts("dataset", "me/p/data"))


def test_plan_file_says_of_every_version_what_happens_and_why(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    plan = api.plan_prune("me/p/data", keep_last=1)
    plan.write(tmp_path / "plan.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "plan.jsonl").read_text().splitlines()]
    shown = [(ln["path"], ln["action"], ln["freed_size"], ln["reason"]) for ln in lines[:-1]]
    assert shown == [
        ("me/p/data:v0", "delete", 100, ""),
        ("me/p/data:v1", "delete", 100, ""),
        ("me/p/data:v2", "delete", 100, ""),
        ("me/p/data:v3", "keep", 0, "one of the newest 1 of its collection"),
    ]
    summary = {name: lines[-1][name] for name in ("action", "delete_count", "size", "freed_size")}
    assert summary == {"action": "summary", "delete_count": 3, "size": 3300, "freed_size": 300}
    assert read_plan(tmp_path / "plan.jsonl") == plan
    assert names_left(api) == ["data:v0", "data:v1", "data:v2", "data:v3"], "only a plan"


def test_plan_keeps_contents_that_another_collection_has(server: WandbServer, api: Api) -> None:
    server.add_artifact("me/p/copy", "dataset", {"elsewhere": b"1" * 100})
    plan = api.plan_prune("me/p/data", keep_last=2)
    assert [(v.path, v.freed_size) for v in plan.deletions] == [
        ("me/p/data:v0", 100), ("me/p/data:v1", 0),
    ]  # fmt: skip


def test_protected_version_goes_only_if_it_is_named(server: WandbServer, api: Api) -> None:
    server.link_artifact("me/p/data:v0", "me/p/shelf", aliases=["best"])
    server.add_run("me/p/reader", state="running")
    api.run("me/p/reader").use_artifact(api.artifact("me/p/data:v1"))
    plan = api.plan_prune("me/p/data", keep_last=1)
    assert {v.path: v.reason for v in plan.kept} == {
        "me/p/data:v0": "protected: linked into me/p/shelf;"
        " protected: has the alias me/p/shelf:best and 1 more",
        "me/p/data:v1": "protected: in use by me/p/reader, which is running",
        "me/p/data:v3": "one of the newest 1 of its collection",
    }
    named = api.plan_prune("me/p/data", keep_last=1, include=["me/p/data:v0"])
    assert [v.path for v in named.deletions] == ["me/p/data:v0", "me/p/data:v2"]
    assert api.apply_plan(named).complete
    assert names_left(api) == ["data:v1", "data:v3"]
    with pytest.raises(UsageError, match="no version 'me/p/data:v9'"):
        api.plan_prune("me/p/data", keep_last=1, include=["me/p/data:v9"])


def test_plan_is_refused_for_each_version_that_has_changed(server: WandbServer, api: Api) -> None:
    for number in range(4):
        server.add_artifact("me/p/other", "dataset", {"a": b"%d" % number})
    plan = api.plan_prune("me/p", keep_last=1)
    version = api.artifact("me/p/data:v0")
    version.aliases.append("best")
    version.save()
    server.add_run("me/p/reader")
    api.run("me/p/reader").use_artifact(api.artifact("me/p/data:v1"))
    server.link_artifact("me/p/data:v2", "me/p/shelf")
    server.add_artifact("me/p/other", "dataset", {"a": b"new"})
    result = api.apply_plan(plan)
    assert result.deleted == []
    assert result.refused == {
        "me/p/data:v0": "it has the alias best now",
        "me/p/data:v1": "it has the user me/p/reader now",
        "me/p/data:v2": "it has the alias me/p/shelf:latest now; it has the link me/p/shelf now",
        **{f"me/p/other:v{n}": "me/p/other:v4 is newer than the plan" for n in range(3)},
    }
    assert not result.complete
    assert names_left(api) == ["data:v0", "data:v1", "data:v2", "data:v3"]


def test_alias_that_comes_after_the_last_look_is_refused_by_the_server(
    server: WandbServer, api: Api
) -> None:
    plan = api.plan_prune("me/p/data", keep_last=3)
    slow = Fault(kind="graphql", operation="DeleteArtifact", latency=1.0)
    with server.fault(slow):

        def add_alias() -> None:
            while not slow.seen:
                time.sleep(0.01)
            version = api.artifact("me/p/data:v0")
            version.aliases.append("best")
            version.save()

        thread = threading.Thread(target=add_alias)
        thread.start()
        result = api.apply_plan(plan)
        thread.join()
    assert "has aliases" in result.failed["me/p/data:v0"]
    assert len(names_left(api)) == 4


def test_failure_is_named_and_the_rest_is_done(server: WandbServer, api: Api) -> None:
    plan = api.plan_prune("me/p/data", keep_last=1)
    broken = Fault(kind="graphql", operation="DeleteArtifact", status=400, times=1)
    with server.fault(broken):
        result = api.apply_plan(plan, jobs=1)
    assert result.deleted == ["me/p/data:v1", "me/p/data:v2"]
    assert list(result.failed) == ["me/p/data:v0"]
    assert api.apply_plan(plan).deleted == ["me/p/data:v0"]


async def test_both_loops_make_and_apply_the_same_plan(server: WandbServer) -> None:
    async with Api() as api:
        plan = await api.aplan_prune("me/p/data", keep_last=2)
        result = await api.aapply_plan(plan)
        again = await api.aplan_prune("me/p/data", keep_last=2)
    assert sorted(result.deleted) == ["me/p/data:v0", "me/p/data:v1"]
    with Api() as other:
        same = other.plan_prune("me/p/data", keep_last=2)
    assert [v.path for v in same.kept] == [v.path for v in again.kept]


# Rules.


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({}, "without a rule everything would be deleted"),
        ({"keep_last": 0}, "keep_last must be a whole number, 1 or more"),
        ({"older_than": "30"}, "older_than must be a timedelta, or a string such as '12h'"),
        ({"older_than": "0d"}, "older_than must be"),
        ({"older_than": "2026-13-45"}, "older_than must be"),
        ({"where": "accuracy < 0.9"}, "unknown field 'accuracy', known are aliases"),
        ({"where": "metadata < 1"}, "name a key, as in metadata.accuracy"),
        ({"where": "metadata.a <"}, "it cannot be parsed"),
        ({"where": "metadata.a"}, "compares nothing"),
        ({"where": "__import__('os').remove('x') == 1"}, "neither a field nor a plain value"),
        ({"where": "metadata.a.b() < 1"}, "neither a field nor a plain value"),
        ({"where": "size.bytes < 1"}, "only metadata has keys, not 'size'"),
        ({"where": "metadata.a is None"}, "compares in an unknown way"),
        ({"policy": "absent.toml"}, "cannot read the policy absent.toml"),
        ({"policy": "absent.toml", "keep_last": 1}, "pass either policy or keep_last"),
        ({"keep_last": 1, "jobs": 0}, "jobs must be"),
    ],
)
def test_wrong_rule_is_found_before_a_request(
    server: WandbServer, api: Api, rules: dict[str, object], message: str
) -> None:
    server.requests.clear()
    with pytest.raises(UsageError) as raised:
        api.plan_prune("me/p", **rules)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert message in str(raised.value)
    assert len(server.requests) == 0


@pytest.mark.parametrize(
    ("where", "deleted"),
    [
        ("metadata.accuracy < 0.15", "01"),
        ("metadata['accuracy'] >= 0.1 and version != 2", "13"),
        ("not (metadata.accuracy < 0.15)", "23"),
        ("0.05 < metadata.accuracy < 0.25", "12"),
        ("'latest' in aliases or version == 0", "03"),
        ("version in [1, 2]", "12"),
        ("metadata.loss < 1", ""),
        ("not (metadata.loss < 1)", ""),
        ("metadata.loss < 1 or version == 0", "0"),
        ("metadata.accuracy == '0.1'", ""),
        ("not metadata.accuracy == '0.1'", ""),
        ("type == 'model'", ""),
        ("size > 1000 and created_at < '2001-01-01'", ""),
    ],
)
def test_where_selects_what_is_deleted(
    server: WandbServer, api: Api, where: str, deleted: str
) -> None:
    plan = api.plan_prune("me/p/data", where=where)
    assert [v.path for v in plan.deletions] == [f"me/p/data:v{number}" for number in deleted]


def test_older_than_keeps_younger_versions(server: WandbServer, api: Api) -> None:
    age_versions(server, "2020-01-01T00:00:00Z", "version_index < 2")
    plan = api.plan_prune("me/p/data", older_than="8w")
    assert [v.path for v in plan.deletions] == ["me/p/data:v0", "me/p/data:v1"]
    assert {v.reason for v in plan.kept} == {"created less than 8w ago"}
    assert plan.rules == [{"older_than": "8w"}]


def test_metadata_is_requested_only_for_a_condition_on_it(server: WandbServer, api: Api) -> None:
    for where, wanted in (("metadata.accuracy < 1", True), ("size < 1", False)):
        server.requests.clear()
        api.plan_prune("me/p/data", where=where)
        [request] = [r for r in server.requests if r.operation_name == "StoredVersions"]
        assert (request.variables or {})["withMetadata"] is wanted


def test_policy_applies_the_first_rule_that_matches(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    for name, kind in (("net", "model"), ("net-old", "model"), ("rest", "table")):
        for number in range(3):
            server.add_artifact(f"me/p/{name}", kind, {"a": f"{name} {number}"})
    policy = tmp_path / "retention.toml"
    policy.write_text(
        'path = "me/p"\n'
        '[[rule]]\ntype = "model"\ncollection = "*-old"\nkeep_aliased = true\n'
        '[[rule]]\ntype = "model"\nkeep_last = 2\nkeep_aliased = true\n'
        '[[rule]]\nproject = "p"\ncollection = "data"\nolder_than = "30d"\n'
    )
    plan = api.plan_prune(policy=policy)
    assert [v.path for v in plan.deletions] == ["me/p/net:v0", "me/p/net-old:v0", "me/p/net-old:v1"]
    reasons = {v.path: v.reason for v in plan.kept}
    assert reasons["me/p/rest:v0"] == "no rule of the policy is for its collection"
    assert reasons["me/p/data:v0"] == "created less than 30d ago"
    with pytest.raises(UsageError, match="entity"):
        api.plan_prune(policy=policy, include=["x"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it has no \\[\\[rule\\]\\]"),
        ("[[rule]]\nkeep_lats = 3\n", "rule 1 has the unknown key 'keep_lats'"),
        ('[[rule]]\ntype = "model"\n', "rule 1: without a rule everything"),
        ("[[rule]]\nkeep_last = true\n", "rule 1: keep_last must be a whole number"),
        ("[[rule]]\nkeep = true\n[[rule]]\ntype = 3\nkeep = true\n", "type must be a string"),
        ('[[rule]]\nolder_than = "1 month"\n', "rule 1: older_than must be"),
        ("rule = 3\n", "no \\[\\[rule\\]\\]"),
        ("[[rule]\n", "is not TOML"),
    ],
)
def test_wrong_policy_is_found_before_a_request(
    server: WandbServer, api: Api, tmp_path: Path, text: str, message: str
) -> None:
    policy = tmp_path / "retention.toml"
    policy.write_text(text)
    server.requests.clear()
    with pytest.raises(UsageError, match=message):
        api.plan_prune("me/p", policy=policy)
    assert len(server.requests) == 0


# Files of plans.


def emptied(_: list[str]) -> list[str]:
    return []


def without_summary(lines: list[str]) -> list[str]:
    return lines[:-1]


def with_half_a_line(lines: list[str]) -> list[str]:
    return [lines[0][:40], *lines[1:]]


def with_too_little(lines: list[str]) -> list[str]:
    return ['{"path": "me/p/data:v3", "action": "delete"}', *lines]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (emptied, "it is empty"),
        (without_summary, "is not a complete plan"),
        (with_half_a_line, "line 1 of the plan"),
        (with_too_little, "reason"),
    ],
)
def test_file_that_is_no_complete_plan_is_refused(
    server: WandbServer,
    api: Api,
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
    message: str,
) -> None:
    file = tmp_path / "plan.jsonl"
    api.plan_prune("me/p/data", keep_last=1).write(file)
    file.write_text("\n".join(change(file.read_text().splitlines())))
    with pytest.raises(UsageError, match=message):
        api.apply_plan(file)
    assert len(names_left(api)) == 4


def test_version_whose_line_is_removed_stays(server: WandbServer, api: Api, tmp_path: Path) -> None:
    file = tmp_path / "plan.jsonl"
    api.plan_prune("me/p/data", keep_last=1).write(file)
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line for line in lines if "data:v1" not in line))
    assert sorted(api.apply_plan(file).deleted) == ["me/p/data:v0", "me/p/data:v2"]


def test_plan_for_another_server_is_refused(server: WandbServer, api: Api) -> None:
    plan = api.plan_prune("me/p/data", keep_last=1)
    other = PrunePlan(plan.path, "https://example.com", plan.created_at, [], plan.versions)
    with pytest.raises(UsageError, match="the plan is for https://example.com"):
        api.apply_plan(other)


def test_rate_limit_that_does_not_end_fails_by_name(server: WandbServer, api: Api) -> None:
    plan = api.plan_prune("me/p/data", keep_last=1)
    with server.fault(Fault(kind="graphql", operation="DeleteArtifact", status=429)):
        result = api.apply_plan(plan)
    assert len(result.failed) == 3
    assert "too many requests" in result.failed["me/p/data:v0"]
    with server.fault(Fault(kind="graphql", operation="StoredVersions", status=429)):
        with pytest.raises(RateLimitError):
            api.plan_prune("me/p/data", keep_last=1)
