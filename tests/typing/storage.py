"""Types of usage reports and retention plans. Only checked by mypy and pyright, never run."""

from datetime import timedelta
from typing import assert_type

from pydantic import JsonValue

from wbtyped import (
    Api,
    Artifact,
    ArtifactDiff,
    ArtifactTTL,
    LineageGraph,
    LineageNode,
    PlannedVersion,
    PrunePlan,
    PruneResult,
    Run,
    ScanProgress,
    UsageGroup,
    UsageReport,
    VersionUsage,
)
from wbtyped.storage.ttl import TtlResult


def show(progress: ScanProgress) -> None:
    assert_type(progress.versions, int)


async def reports(api: Api) -> None:
    report = api.usage("entity/project", progress=show)
    assert_type(report, UsageReport)
    assert_type(await api.ausage(), UsageReport)
    assert_type(report.total, UsageGroup)
    assert_type(report.versions, list[VersionUsage])
    assert_type(report.to_dict(), dict[str, JsonValue])


async def plans(api: Api) -> None:
    plan = api.plan_prune("entity", keep_last=3, older_than=timedelta(days=30))
    assert_type(plan, PrunePlan)
    assert_type(plan.deletions, list[PlannedVersion])
    assert_type(api.apply_plan("plan.jsonl"), PruneResult)
    assert_type(await api.aapply_plan(plan), PruneResult)
    assert_type(api.set_ttl("entity/project", ArtifactTTL.INHERIT), TtlResult)


async def pictures(artifact: Artifact, run: Run) -> None:
    assert_type(artifact.lineage(depth=3), LineageGraph)
    assert_type((await run.alineage()).nodes, list[LineageNode])


async def differences(old: Artifact, new: Artifact) -> None:
    assert_type(old.diff(new), ArtifactDiff)
    assert_type((await old.adiff(new)).renamed_from, dict[str, str])
