"""Copy the pages, and turn links between files of the repository into links between pages."""

import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = Path(__file__).with_name("pages")
SOURCES = "https://github.com/wbtyped/wbtyped/blob/main"
READMES = {
    "wbtyped/cli/README.md": "guides/command.md",
    "wbtyped/download/README.md": "guides/downloads.md",
    "wbtyped/upload/README.md": "guides/uploads.md",
    "wbtyped/server/README.md": "guides/server.md",
    "wbtyped/drift/README.md": "guides/drift.md",
    "queries/README.md": "guides/queries.md",
    ".github/CHANGELOG.md": "changelog.md",
    ".github/CONTRIBUTING.md": "contributing.md",
}
"""Files outside of `pages/` that are pages, too."""
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")


def copy_pages(folder: Path) -> None:
    """Copy all written pages to a folder."""
    placed = {ROOT / source: page for source, page in READMES.items()}
    for path in PAGES.rglob("*.md"):
        placed[path] = path.relative_to(PAGES).as_posix()
    shutil.copytree(PAGES, folder)
    for source, page in placed.items():
        (folder / page).parent.mkdir(exist_ok=True)
        text = source.read_text(encoding="utf-8")
        (folder / page).write_text(linked(text, source, page, placed), encoding="utf-8")


def linked(text: str, source: Path, page: str, placed: dict[Path, str]) -> str:
    """Return the text of a page with links to other pages, and to the sources of the rest."""

    def replace(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(source.parent / link[1]))
        if target in placed:
            location = os.path.relpath(placed[target], Path(page).parent)
            return f"]({Path(location).as_posix()}{link[2] or ''})"
        if not target.exists():
            return link[0]  # a generated page, or a mistake that the build will find
        return f"]({SOURCES}/{target.relative_to(ROOT).as_posix()})"

    return LINK.sub(replace, text)
