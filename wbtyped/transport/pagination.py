"""Lists that are fetched page by page, and read with `for` or `async for`."""

import operator
import re
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from typing import ClassVar, Generic, NamedTuple, Protocol, TypedDict, TypeVar, overload

from pydantic import BaseModel, JsonValue
from wbtyped_graphql.base_model import BaseModel as GeneratedModel
from wbtyped_graphql.operation import Operation, ResultT

from .. import arguments
from ..errors import (
    UNSEEN,
    NotFoundError,
    SchemaMismatchError,
    UnsupportedServerError,
    UsageError,
    WbtypedError,
)
from ..notebook import MAX_ROWS, Record, records_html
from .client import Client
from .cursors import Cursors
from .flow import Flow, ask
from .subjects import subject_of

FIELDS_SET = "__pydantic_fields_set__"
MAX_PER_PAGE = 2**31 - 1
"""The largest integer that GraphQL has."""

NodeT = TypeVar("NodeT")
NodeT_co = TypeVar("NodeT_co", covariant=True)
ItemT = TypeVar("ItemT")
# Of `Paginator.of`, whose list has other types than the class that it is called on.
OwnResultT = TypeVar("OwnResultT", bound=GeneratedModel)
OwnNodeT = TypeVar("OwnNodeT", bound=BaseModel)


class Edge(Protocol[NodeT_co]):
    """One entry of a connection; every generated edge class has this shape, and often a cursor."""

    @property
    def node(self) -> NodeT_co | None:
        """The object itself; None if the key may not see it."""
        ...


class PageEnd(Protocol):
    """The end of a page; every generated class for `PageInfo` has this shape."""

    @property
    def has_next_page(self) -> bool:
        """Whether another page follows."""
        ...

    @property
    def end_cursor(self) -> str | None:
        """The position of the last entry; None on an empty page."""
        ...


class Connection(Protocol[NodeT_co]):
    """One page of a connection; every generated connection class has this shape."""

    @property
    def edges(self) -> Sequence[Edge[NodeT_co]]:
        """The entries of the page."""
        ...

    @property
    def page_info(self) -> PageEnd:
        """The end of the page, and whether another one follows."""
        ...


class Position(NamedTuple):
    """The end of a page in its list."""

    more: bool
    """Whether another page follows."""
    cursor: str | None
    """What the next page begins after; None on an empty page."""


class RowEdge(TypedDict, Generic[NodeT]):
    """One entry of a page that was read as rows, which have the names on the wire."""

    cursor: str
    node: NodeT | None


class RowPageEnd(TypedDict):
    """The end of a page that was read as rows."""

    endCursor: str | None
    hasNextPage: bool


def row_nodes(edges: Iterable[RowEdge[NodeT]]) -> list[NodeT]:
    """Return the rows of a page."""
    return [edge["node"] for edge in edges if edge["node"] is not None]


def row_position(edges: Sequence[RowEdge[NodeT]], end: RowPageEnd) -> Position:
    """Return where a page of rows ends."""
    last = edges[-1]["cursor"] if edges else None
    return Position(end["hasNextPage"], end["endCursor"] or last)


class Paginator(ABC, Generic[ResultT, NodeT, ItemT]):
    """A list whose pages are fetched on demand and kept in memory.

    Every `iter()` starts at the first item and is independent of all others; items that were
    fetched before come from memory. Indices and slices work as on a list, negative ones included,
    and fetch only the pages they need: `p[:10]` the first few, `p[-1]` and `p[2:]` all of them.

    `objects` contains the items fetched so far, `variables` the variables of the next request, and
    `last_response` the last page as the server sent it. Whatever fetches a page can raise the
    errors of `Client.send`.

    Example:
        >>> files = run.files(per_page=2)
        >>> files[0].name, files[-1].name, [file.name for file in files[:2]]
        ('config.yaml', 'model.pt', ['config.yaml', 'media/digit.png'])
        >>> [len(page) for page in files.pages()]
        [2, 1]
    """

    # With slots, assigning a misspelt attribute (`files.pattrn = ...`) is an error.
    __slots__ = (
        "__weakref__", "_lock", "_pages_loaded", "_seen", "_start", "_variables", "client", "index",
        "last_response", "objects", "per_page",
    )  # fmt: skip

    QUERY: ClassVar[str]
    """The GraphQL document that is sent for every page."""

    def __init__(self, client: Client, *, per_page: int, start: str | None = None) -> None:
        arguments.instance("client", client, Client)
        check_per_page(per_page)
        arguments.check_optional_strings(start=start)
        self.client: Client = client
        self.per_page: int = per_page
        self.objects: list[ItemT] = []
        self.index: int = -1
        self.last_response: ResultT | None = None
        self._start = start
        self._pages_loaded = 0
        self._lock = threading.Lock()
        first = self._operation(start)
        self._seen = Cursors(first.name, start, subject_of(first))
        self._variables: dict[str, object] = {}

    @staticmethod
    def of(
        operation: Operation[OwnResultT],
        *,
        client: Client,
        connection: Callable[[OwnResultT], Connection[OwnNodeT] | None],
    ) -> "OperationNodes[OwnResultT, OwnNodeT]":
        """Return the list that an operation pages through, such as one of your own queries.

        `connection` returns the page in a result; None, where something around it is missing, is
        NotFoundError. The operation passes a variable as `after`, and selects `edges { node }` and
        `pageInfo { hasNextPage endCursor }`.

        Example:
            >>> from wbtyped import Paginator
            >>> from wbtyped_graphql import calls
            >>> operation = calls.artifact_types(entity="my-team", project="mnist", per_page=1)
            >>> types = Paginator.of(
            ...     operation,
            ...     client=api.client,
            ...     connection=lambda page: page.project.artifact_types if page.project else None,
            ... )
            >>> [type.name for type in types]
            ['dataset', 'model']
        """
        return OperationNodes(client, operation, connection)

    # What subclasses implement.

    @abstractmethod
    def _operation(self, cursor: str | None) -> Operation[ResultT]:
        """Build the query for the page after `cursor`."""

    def _connection(self, result: ResultT) -> Connection[NodeT]:
        """Return the page in a result, or raise NotFoundError.

        A list whose results are rows implements `_nodes` and `_position` instead.
        """
        raise NotImplementedError

    @abstractmethod
    def _item(self, node: NodeT) -> ItemT:
        """Return the public object for a node."""

    # The current position.

    @property
    def cursor(self) -> str | None:
        """The end of the last page; None before the first page and after an empty one.

        Opaque, and valid for later: pass it as `start=` to continue from there.
        """
        if self.last_response is None:
            return None
        return self._position(self.last_response).cursor

    @property
    def more(self) -> bool:
        """Whether the server has further pages; True before the first one."""
        if self.last_response is None:
            return True
        return self._position(self.last_response).more

    @property
    def variables(self) -> dict[str, object]:
        """The variables of the next request; changing them changes no request."""
        self.update_variables()
        return self._variables

    def update_variables(self) -> None:
        """Update `variables` to those of the next request, as reading them does too."""
        self._variables.update(self._operation(self.cursor or self._start).sent_variables())

    def convert_objects(self) -> list[ItemT]:
        """Return the items of the last page only; an empty list before the first page."""
        return [] if self.last_response is None else self._items(self.last_response)

    def _position(self, result: ResultT) -> Position:
        """Return where the page in a result ends."""
        page = self._connection(result)
        # Both cursors should be equal; for run files the official client reads the edge.
        last: str | None = getattr(page.edges[-1], "cursor", None) if page.edges else None
        return Position(page.page_info.has_next_page, page.page_info.end_cursor or last)

    def _nodes(self, result: ResultT) -> list[NodeT]:
        """Return the nodes of the page in a result."""
        nodes = [e.node for e in self._connection(result).edges if e.node is not None]
        for node in nodes:
            # pydantic gives each object its own set of field names, larger than the object itself.
            # All nodes of a page have the same fields, so they can share one set.
            object.__setattr__(node, FIELDS_SET, getattr(nodes[0], FIELDS_SET))
        return nodes

    def _items(self, result: ResultT) -> list[ItemT]:
        return [item for node in self._nodes(result) if self._keeps(item := self._item(node))]

    def _keeps(self, item: ItemT) -> bool:  # noqa: ARG002
        """Return True if an item belongs in the list; for filters that the server lacks."""
        return True

    # Fetching.

    def _next_cursor(self, result: ResultT, seen: Cursors) -> str | None:
        """Return the cursor of the page after `result`, or None after the last one."""
        position = self._position(result)
        return seen.check(position.cursor) if position.more else None

    def _accept(self, result: ResultT, after: int) -> None:
        """Store a page, unless another thread or task has stored the same one meanwhile."""
        with self._lock:
            if after != self._pages_loaded:
                return
            following = self._next_cursor(result, self._seen)
            items = self._items(result)
            if following is not None:
                self._seen.add(following)
            self.last_response = result
            self._pages_loaded += 1
            self.objects.extend(items)

    def _required(self) -> str | None:
        """Return the name of the server feature that the list requires, if any."""
        return None

    def _check_feature(self) -> Flow[None]:
        if feature := self._required():
            features = yield from self.client.load_features()
            require(feature, features, self.client)

    def _load(self) -> Flow[bool]:
        """Fetch the next page; return False if there is none."""
        loaded = self._pages_loaded
        if not self.more:
            return False
        yield from self._check_feature()
        result = yield from ask(self._operation(self.cursor or self._start))
        self._accept(result, loaded)
        return True

    def load_items(self, index: int | slice) -> Flow[list[ItemT]]:
        """Fetch the pages that an index or slice needs; return all items fetched so far."""
        needed = needed_items(check_index(index))
        while needed is None or len(self.objects) < needed:
            if not (yield from self._load()):
                break
        return self.objects

    def load_item(self, index: int) -> Flow[ItemT]:
        """Fetch the pages that an index needs; return its item."""
        items = yield from self.load_items(index)
        return items[index]

    def _read_page(self, cursor: str | None, seen: Cursors) -> Flow[tuple[list[ItemT], str | None]]:
        """Fetch a page without storing it; return its items and the cursor of the next one."""
        result = yield from ask(self._operation(cursor))
        following = self._next_cursor(result, seen)
        return self._items(result), following

    def pages(self, start: str | None = None) -> Iterator[list[ItemT]]:
        """Yield the list page by page, from after the cursor `start`, without storing any page.

        Use it to read a very long list in little memory. It always sends requests.
        """
        arguments.check_optional_strings(start=start)
        self.client.run(self._check_feature())
        cursor = start or self._start
        seen = Cursors(self._seen.operation, cursor, self._seen.subject)
        while True:
            items, cursor = self.client.run(self._read_page(cursor, seen))
            yield items
            if cursor is None:
                return
            seen.add(cursor)

    async def apages(self, start: str | None = None) -> AsyncIterator[list[ItemT]]:
        """Asynchronous form of `pages`."""
        arguments.check_optional_strings(start=start)
        await self.client.arun(self._check_feature())
        cursor = start or self._start
        seen = Cursors(self._seen.operation, cursor, self._seen.subject)
        while True:
            items, cursor = await self.client.arun(self._read_page(cursor, seen))
            yield items
            if cursor is None:
                return
            seen.add(cursor)

    # Reading.

    def __iter__(self) -> Iterator[ItemT]:
        position = 0
        while True:
            while position < len(self.objects):
                yield self.objects[position]
                position += 1
            if not self.client.run(self._load()):
                return

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        position = 0
        while True:
            while position < len(self.objects):
                yield self.objects[position]
                position += 1
            if not await self.client.arun(self._load()):
                return

    def __next__(self) -> ItemT:
        """Return the next item, and move `index` to it; independent of `iter()`."""
        while len(self.objects) <= self.index + 1:
            if not self.client.run(self._load()):
                raise StopIteration
        self.index += 1
        return self.objects[self.index]

    def next(self) -> ItemT:
        """Return the next item, or raise StopIteration; the same as `next(p)`."""
        return self.__next__()

    async def __anext__(self) -> ItemT:
        """Asynchronous form of `next`; shares `index` with it."""
        while len(self.objects) <= self.index + 1:
            if not await self.client.arun(self._load()):
                raise StopAsyncIteration
        self.index += 1
        return self.objects[self.index]

    @overload
    def __getitem__(self, index: int) -> ItemT: ...
    @overload
    def __getitem__(self, index: slice) -> list[ItemT]: ...
    def __getitem__(self, index: int | slice) -> ItemT | list[ItemT]:
        """Return an item or a list of items, fetching the pages needed for it."""
        index = check_index(index)
        return self.client.run(self.load_items(index))[index]

    @overload
    async def aget(self, index: int) -> ItemT: ...
    @overload
    async def aget(self, index: slice) -> list[ItemT]: ...
    async def aget(self, index: int | slice) -> ItemT | list[ItemT]:
        """Asynchronous form of `p[index]`; write a slice as `slice(start, stop)`."""
        index = check_index(index)
        return (await self.client.arun(self.load_items(index)))[index]

    # Tables.

    def to_dicts(self) -> list[dict[str, JsonValue]]:
        """Read the whole list and return plain values, one dict per item: the rows of a table.

        Each item says in `to_dict` what they are. Times are ISO 8601 in UTC.

        Example:
            >>> [(row["name"], row["size"]) for row in run.files().to_dicts()]
            [('config.yaml', 7), ('media/digit.png', 8), ('model.pt', 7)]
        """
        return [self._record(item).to_dict() for item in self]

    async def ato_dicts(self) -> list[dict[str, JsonValue]]:
        """Asynchronous form of `to_dicts`."""
        return [self._record(item).to_dict() async for item in self]

    @staticmethod
    def _record(item: ItemT) -> Record:
        if not isinstance(item, Record):
            raise UsageError(f"{type(item).__name__} has no plain values")
        return item

    def _repr_html_(self) -> str | None:
        """Show the first rows in a notebook; fetches one page at most, and None if that fails."""
        try:
            if self.last_response is None:
                self.client.run(self._load())
            records = [self._record(item) for item in self.objects[:MAX_ROWS]]
            return records_html(f"{self!r}, {self._count(len(records))}", records)
        except WbtypedError:
            return None

    def _count(self, rows: int) -> str:
        """Say how many items the list has, as far as that is known, and how many rows show."""
        total = f"{len(self.objects):,}" if not self.more else self._known_total()
        if rows == len(self.objects) and not self.more:
            return f"{total} {'item' if rows == 1 else 'items'}"
        return f"first {rows} of {total}" if total else f"first {rows}, and there are more"

    def _known_total(self) -> str:
        """Return the number of items, if it is known before all pages are loaded."""
        return ""

    # Pickling: everything but the lock.

    def __getstate__(self) -> dict[str, object]:
        names = {name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())}
        # Attributes that a user's subclass without slots adds.
        own: dict[str, object] = getattr(self, "__dict__", {})
        return own | {name: getattr(self, name) for name in names - {"_lock", "__weakref__"}}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self._lock = threading.Lock()


class SizedPaginator(Paginator[ResultT, NodeT, ItemT]):
    """A list whose total length the server reports.

    Example:
        >>> len(run.files()), len(api.artifacts("dataset", "my-team/mnist/digits"))
        (3, 2)
    """

    __slots__ = ()

    @abstractmethod
    def _total(self, result: ResultT) -> int:
        """Return the total length in a result."""

    def _counts_items(self) -> bool:
        """Return True if the server's total covers more than the list, so items are counted."""
        return False

    def __len__(self) -> int:
        """Return the server's total; fetches the first page if necessary."""
        if self._counts_items():
            return len(self[:])
        if self.last_response is None:
            self.client.run(self._load())
        return self._announced()

    @property
    def length(self) -> int:
        """The server's total; the same as `len()`."""
        return len(self)

    async def alength(self) -> int:
        """Asynchronous form of `length`."""
        if self._counts_items():
            return len(await self.aget(slice(None)))
        if self.last_response is None:
            await self.client.arun(self._load())
        return self._announced()

    def _known_total(self) -> str:
        unknown = self._drops_items() or self._counts_items()
        return "" if unknown else f"{self._announced():,}"

    def _drops_items(self) -> bool:
        """Return True if `_keeps` may leave items out of a list whose total is the server's."""
        return False

    def _announced(self) -> int:
        total = 0 if self.last_response is None else self._total(self.last_response)
        if not 0 <= total <= sys.maxsize:
            raise SchemaMismatchError(
                f"{self._seen.subject}: the server reports a total of {total} entries, which is not"
                " a length",
                operation=self._seen.operation,
            )
        return total


AFTER = re.compile(r"\bafter: \$(\w+)")
FIRST = re.compile(r"\bfirst: \$(\w+)")


class OperationNodes(Paginator[ResultT, NodeT, NodeT]):
    """The nodes that an operation pages through; see `Paginator.of`."""

    __slots__ = ("_cursor_variable", "_find_connection", "operation")

    def __init__(
        self,
        client: Client,
        operation: Operation[ResultT],
        connection: Callable[[ResultT], Connection[NodeT] | None],
    ) -> None:
        arguments.instance("operation", operation, Operation)
        if not callable(connection):
            raise arguments.wrong("connection", "a function", connection)
        self.operation: Operation[ResultT] = operation
        self._find_connection = connection
        self._cursor_variable: str = _cursor_variable(operation)
        start = operation.variables.get(self._cursor_variable)
        super().__init__(
            client,
            per_page=_page_size(operation),
            start=start if isinstance(start, str) else None,
        )

    def __repr__(self) -> str:
        return f"<OperationNodes {self.operation.name}>"

    def _operation(self, cursor: str | None) -> Operation[ResultT]:
        variables = {**self.operation.variables, self._cursor_variable: cursor}
        return replace(self.operation, variables=variables)

    def _connection(self, result: ResultT) -> Connection[NodeT]:
        found = self._find_connection(result)
        if found is None:
            subject = subject_of(self.operation)
            raise NotFoundError(f"{subject}: the response has no list{UNSEEN}", path=subject)
        return found

    def _item(self, node: NodeT) -> NodeT:
        return node


def _cursor_variable(operation: Operation[ResultT]) -> str:
    found = set(AFTER.findall(operation.document))
    if len(found) != 1:
        passed = ", ".join(f"${name}" for name in sorted(found)) or "none"
        raise UsageError(
            f"{operation.name} must pass one variable as `after`, the cursor of a page; it passes"
            f" {passed}"
        )
    return str(found.pop())


def _page_size(operation: Operation[ResultT]) -> int:
    """Return the page size that an operation asks for; 50 if the server chooses it."""
    found = FIRST.search(operation.document)
    size = operation.variables.get(found.group(1)) if found else None
    return size if isinstance(size, int) and size > 0 else 50


def require(feature: str, features: Collection[str], client: Client) -> None:
    """Raise UnsupportedServerError if the server lacks a feature."""
    if feature not in features:
        raise UnsupportedServerError(
            f"{client.settings.base_url} is too old for this list: it lacks the feature {feature};"
            " update the server",
            feature=feature,
        )


def check_per_page(per_page: object) -> None:
    """Raise UsageError unless `per_page` is a valid page size."""
    arguments.whole_number("per_page", per_page, 1, MAX_PER_PAGE)


def check_index(index: int | slice) -> int | slice:
    """Return an index or slice of whole numbers, or raise UsageError."""
    try:
        if isinstance(index, slice):
            # Raises for a step of 0, and for bounds that are not whole numbers.
            index.indices(0)
            return index
        return operator.index(index)
    except (TypeError, ValueError) as error:
        raise UsageError(f"an index must be a whole number or a slice: {error}") from None


def needed_items(index: int | slice) -> int | None:
    """Return how many items must be loaded for `index`, or None for all of them."""
    if isinstance(index, int):
        return index + 1 if index >= 0 else None
    start: int | None = index.start
    stop: int | None = index.stop
    forward = index.step is None or index.step > 0
    last = stop if forward else start
    if last is None or last < 0 or (start or 0) < 0 or (stop or 0) < 0:
        return None
    return last if forward else last + 1
