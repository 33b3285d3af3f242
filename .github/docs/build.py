"""Build the documentation site: `python .github/docs/build.py FOLDER`.

Its pages are those in `pages/`, the READMEs of the rooms, and what is generated here: the reference
from docstrings, the queries with the schema types that they use, and the help of the command. Every
warning is an error, and nothing is downloaded.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from command_page import command_page
from page_links import ROOT, copy_pages
from query_pages import query_pages
from reference_pages import reference_pages

CONFIG = Path(__file__).with_name("zensical.toml")
EXTERNAL = re.compile(r'<(?:script|img|iframe)[^>]+src="?https?:|<link[^>]+stylesheet[^>]+https?:')


def build(site: Path) -> None:
    """Write the site to a folder; raises SystemExit if anything is wrong with it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pages = folder / "docs"
        copy_pages(pages)
        generated = {
            **reference_pages(),
            **query_pages(),
            "command-line.md": command_page(pages / "command-line.md"),
        }
        for name, text in generated.items():
            (pages / name).parent.mkdir(exist_ok=True)
            (pages / name).write_text(text, encoding="utf-8")
        config = CONFIG.read_text(encoding="utf-8").replace("ROOT", ROOT.as_posix())
        (folder / "zensical.toml").write_text(config, encoding="utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--strict"]
        done = subprocess.run(command, cwd=folder, check=False)
        if done.returncode:
            raise SystemExit("the documentation has errors, see above")
        check_site(folder / "site")
        shutil.copytree(folder / "site", site, dirs_exist_ok=True)


def check_site(site: Path) -> None:
    """Raise SystemExit for a page that loads something from elsewhere."""
    for page in site.rglob("*.html"):
        if found := EXTERNAL.search(page.read_text(encoding="utf-8")):
            raise SystemExit(f"{page.relative_to(site)} loads something from elsewhere: {found[0]}")


def main() -> None:
    """Build the site into the folder that was named."""
    parser = argparse.ArgumentParser(prog="python .github/docs/build.py", description=__doc__)
    parser.add_argument("site", type=Path, help="the folder to write the site to")
    build(parser.parse_args().site)


if __name__ == "__main__":
    main()
