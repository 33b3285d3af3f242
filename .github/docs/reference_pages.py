"""The reference: every public name, from its docstring."""

import inspect
from collections.abc import Iterable, Iterator
from importlib import import_module

import wbtyped
from wbtyped import Paginator, SizedPaginator

PAGES: dict[str, tuple[str, str]] = {
    "api": ("Api", "The way in: from a path to an object, and the connection behind it."),
    "runs": ("Runs and files", "Runs, their files, and what they logged."),
    "artifacts": ("Artifacts", "Versions, their files, and the collections that contain them."),
    "projects": ("Projects", "What contains runs and artifacts."),
    "lists": ("Lists", "What all lists have in common: they are fetched page by page."),
    "mirrors": ("Mirrors", "What a mirroring or a restoring did, and how far it is."),
    "downloads": ("Downloads and uploads", "Options, progress and results of transfers."),
    "storage": ("Storage", "What is stored, what deleting it would free, and plans to delete it."),
}
"""Title and introduction of each page."""
PLACES = {
    "runs": ("Run", "Runs", "Files", "File"),
    "lists": ("Paginator", "SizedPaginator"),
}
"""The page of a name, if its room is not the page's."""
ROOMS = {
    "api": "api", "named_project": "api", "config": "api", "transport": "api", "accounts": "api",
    "runs": "runs",
    "artifacts": "artifacts", "projects": "projects", "storage": "storage",
    "download": "downloads", "upload": "downloads",
    "mirror": "mirrors",
}  # fmt: skip
"""The page of each room."""
MODULES = {
    "errors": ("wbtyped.errors", "Errors", inspect.getdoc(wbtyped.errors)),
    "server": ("wbtyped.server", "Embedded server", "The server that tests run against."),
    "chunks": (
        "wbtyped.filesystem.chunks",
        "Chunks",
        "Copy versions, runs and projects with many machines.",
    ),
    "filesystem": ("wbtyped.filesystem", "File system", "`wandb://` for everything with fsspec."),
    "drift": ("wbtyped.drift", "Schema drift", "Whether a server still fits the queries."),
}
"""Module, title and introduction of pages about one module."""
ASYNC = (
    "Every method that sends a request has an asynchronous form, whose name starts with `a`;"
    " lists support `async for`.\n"
)


def reference_pages() -> dict[str, str]:
    """Return the pages of the reference by path."""
    pages = {
        f"reference/{page}.md": page_text(title, f"{about} {ASYNC}", public_entries(page))
        for page, (title, about) in PAGES.items()
    }
    for page, (module, title, about) in MODULES.items():
        pages[f"reference/{page}.md"] = page_text(title, f"{about}\n", module_entries(module))
    written = "".join(pages.values())
    missing = [name for name in wbtyped.__all__ if f"\n::: wbtyped.{name}\n" not in written]
    if missing:
        raise SystemExit(f"no page of the reference has {', '.join(missing)}; see PAGES and ROOMS")
    return pages


def page_text(title: str, about: str, entries: Iterable[str]) -> str:
    """Return a page of entries."""
    return "\n".join([f"# {title}\n", about, *entries])


def public_entries(page: str) -> Iterator[str]:
    """Yield the entries of the names in `wbtyped` that belong on a page, chosen ones first."""
    placed = {name for names in PLACES.values() for name in names}
    chosen = PLACES.get(page, ())
    others = (name for name in wbtyped.__all__ if name not in placed and page_of(name) == page)
    for name in (*chosen, *others):
        yield entry(f"wbtyped.{name}", getattr(wbtyped, name))


def page_of(name: str) -> str | None:
    """Return the page of a public name, by the room that it is in."""
    module: str = getattr(wbtyped, name).__module__
    return ROOMS.get(module.split(".")[1])


def module_entries(name: str) -> Iterator[str]:
    """Yield the entries of the public classes and functions of a module."""
    module = import_module(name)
    listed: list[str] = getattr(module, "__all__", None) or [
        key for key, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == name
    ]  # fmt: skip
    for key in listed:
        yield entry(f"{name}.{key}", getattr(module, key))


def entry(path: str, value: object) -> str:
    """Return what mkdocstrings makes an entry of."""
    if not inspect.isclass(value):
        return f"::: {path}\n"
    listed = "".join(f"\n        - {name}" for name in members(value))
    return f"::: {path}\n    options:\n      members:{listed or ' false'}\n"


def members(kind: type[object]) -> list[str]:
    """Return the documented members of a class; those of every list are documented once."""
    names: dict[str, None] = {}
    for base in kind.__mro__:
        if not base.__module__.startswith("wbtyped."):
            continue
        if base in (Paginator, SizedPaginator) and kind not in (Paginator, SizedPaginator):
            continue
        known = {**vars(base), **getattr(base, "__annotations__", {})}
        names |= dict.fromkeys(name for name in known if not name.startswith("_"))
    return list(names)
