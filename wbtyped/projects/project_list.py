"""The projects of an entity."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.operation import Operation
from wbtyped_graphql.operations import PROJECTS_GQL

from .. import arguments
from ..accounts.missing import missing_entity
from ..transport.client import Client
from ..transport.pagination import Paginator
from .project import Project

if TYPE_CHECKING:
    from wbtyped_graphql.projects import Projects as Result
    from wbtyped_graphql.projects import ProjectsModels as Page


class Projects(Paginator["Result", "fragments.Project", Project]):
    """The projects of a user or team, fetched page by page (query Projects).

    The server does not report a total, so there is no `len()`, and `length` is None.

    Example:
        >>> [project.full_path for project in api.projects("my-team")]
        ['my-team/mnist']
    """

    __slots__ = ("entity",)

    QUERY: ClassVar[str] = PROJECTS_GQL

    def __init__(
        self, client: Client, entity: str, per_page: int = 200, *, start: str | None = None
    ) -> None:
        self.entity: str = arguments.string("entity", entity)
        super().__init__(client, per_page=per_page, start=start)

    def __repr__(self) -> str:
        return f"<Projects {self.entity}>"

    @property
    def length(self) -> None:
        """Always None: the server does not report the number of projects."""
        return

    def _operation(self, cursor: str | None) -> Operation[Result]:
        return calls.projects(entity=self.entity, cursor=cursor, per_page=self.per_page)

    def _connection(self, result: Result) -> Page:
        if result.models is None:
            raise missing_entity(self.entity)
        return result.models

    def _item(self, node: fragments.Project) -> Project:
        return Project(self.client, node.entity_name, node.name, node)
