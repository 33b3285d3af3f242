"""The runs of a project."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeAlias, TypeVar, Union, cast

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import RUNS_GQL

from .. import arguments
from ..accounts.missing import missing_project
from ..transport.client import Client
from ..transport.pagination import SizedPaginator
from .filters import checked_order, filters_json
from .run import StandaloneRun

if TYPE_CHECKING:
    from wbtyped_graphql.runs import Runs, RunsProject, RunsProjectRuns
    from wbtyped_graphql.runs_with_data import (
        RunsWithData,
        RunsWithDataProject,
        RunsWithDataProjectRuns,
    )

Result: TypeAlias = Union["Runs", "RunsWithData"]
RunT = TypeVar("RunT", bound=StandaloneRun)


class RunList(SizedPaginator[Result, "fragments.Run", RunT]):
    """The runs of a project (queries Runs, RunsWithData), independent of their class."""

    __slots__ = ("entity", "filters", "lazy", "order", "project")

    QUERY: ClassVar[str] = RUNS_GQL

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        filters: Mapping[str, object] | None = None,
        order: str | None = "+created_at",
        per_page: int = 50,
        *,
        lazy: bool = True,
        start: str | None = None,
    ) -> None:
        arguments.check_strings(entity=entity, project=project)
        arguments.check_flags(lazy=lazy)
        filters_json(filters)
        self.entity: str = entity
        self.project: str = project
        self.filters: Mapping[str, object] = {} if filters is None else filters
        self.order: str = checked_order(order)
        self.lazy: bool = lazy
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<Runs {self.entity}/{self.project}>"

    def _operation(self, cursor: str | None) -> Operation[Result]:
        build = calls.runs if self.lazy else calls.runs_with_data
        built = build(
            entity=self.entity,
            project=self.project,
            filters=filters_json(self.filters),
            order=self.order,
            cursor=cursor,
            per_page=self.per_page,
        )
        # Operations are not covariant, although this would be safe.
        return cast("Operation[Result]", built)

    def _project(self, result: Result) -> RunsProject | RunsWithDataProject:
        if result.project is None:
            raise missing_project(self.entity, self.project)
        return result.project

    def _connection(self, result: Result) -> RunsProjectRuns | RunsWithDataProjectRuns:
        runs = self._project(result).runs
        if runs is None:
            raise missing_project(self.entity, self.project)
        return runs

    def _total(self, result: Result) -> int:
        return self._project(result).run_count

    @abstractmethod
    def _item(self, node: fragments.Run) -> RunT: ...
