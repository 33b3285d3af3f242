"""The code generator, on a small schema."""

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[1]
SCHEMA = """
"A point in time."
scalar DateTime
"A large number."
scalar Int64
"JSON in a string."
scalar JSONString
"Any JSON."
scalar JSON
"The root."
type Query {
  "One thing by its id."
  thing(id: ID!): Thing
  "Red ones."
  reds: [RedThing!]!
}
"The root of changes."
type Mutation {
  "Make a thing."
  make(name: String!): Thing
}
"Anything."
interface Thing {
  "The id of the thing."
  thingID: ID!
  "When it was made."
  madeAt: DateTime
  "Bytes it takes."
  size: Int64!
  "Its colour."
  colour: Colour
  "MD5 in base64."
  md5: String
}
"A red one."
type RedThing implements Thing {
  thingID: ID!
  madeAt: DateTime
  size: Int64!
  colour: Colour
  md5: String
}
"A blue one."
type BlueThing implements Thing {
  thingID: ID!
  madeAt: DateTime
  size: Int64!
  colour: Colour
  md5: String
}
"Colours."
enum Colour {
  "The colour of blood."
  RED
}
"""
QUERIES = """
# A thing as users see it.
#
# Used by: nobody
fragment Thing on Thing {
  __typename
  thingID
  madeAt
  size
  colour
  md5
}

# One thing.
#
# Used by: nobody
query GetThing($id: ID!) {
  thing(id: $id) {
    ...Thing
  }
}

# Red things.
#
# Rows: there are many.
# Used by: nobody
query GetReds {
  reds {
    ...Red
  }
}

# A red thing.
#
# Used by: nobody
fragment Red on RedThing {
  thingID
  made: madeAt
  size
  colour
}

# Make one.
#
# Used by: nobody
# Repeatable: no, there would be two
mutation MakeThing($name: String!) {
  make(name: $name) {
    ...Thing
  }
}
"""
NEWER_RESPONSE = """{"data": {"thing": {
"__typename": "GreenThing", "thingID": "1", "size": "9007199254740993",
"madeAt": "2024-01-02T03:04:05", "colour": "GREEN", "md5": null, "unknown": 1}}}"""


class Project:
    """A copy of the code generator with its own schema and queries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "queries" / "codegen", folder / "queries" / "codegen")
        (folder / "schema").mkdir()
        (folder / "schema" / "schema.graphql").write_text(SCHEMA)
        (folder / "queries" / "things.graphql").write_text(QUERIES)
        self.package = folder / "generated" / "wbtyped_graphql"

    def codegen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(self.folder / "queries" / "codegen"), *arguments]
        return subprocess.run(command, text=True, capture_output=True, check=False)

    def python(self, code: str) -> str:
        command = [sys.executable, "-c", dedent(code)]
        done = subprocess.run(
            command, cwd=self.package.parent, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    written = project.codegen()
    assert written.returncode == 0, written.stderr
    return project


def test_committed_package_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "queries" / "codegen"), "--check"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_check_names_edited_and_left_over_files(project: Project) -> None:
    assert project.codegen("--check").returncode == 0
    calls = project.package / "calls.py"
    calls.write_text(calls.read_text() + "\n# edited\n")
    (project.package / "removed_query.py").write_text("")
    checked = project.codegen("--check")
    assert checked.returncode == 1
    assert "calls.py is out of date" in checked.stdout
    assert "removed_query.py is out of date" in checked.stdout
    written = project.codegen()
    assert written.returncode == 0
    assert "calls.py written" in written.stdout
    assert "removed_query.py removed" in written.stdout
    assert project.codegen("--check").returncode == 0
    assert not (project.package / "removed_query.py").exists()


def test_response_of_a_newer_server_is_parsed(project: Project) -> None:
    (project.folder / "generated" / "response.json").write_text(NEWER_RESPONSE)
    printed = project.python("""
        from pathlib import Path
        from wbtyped_graphql import calls
        operation = calls.get_thing(id="1")
        response = Path("response.json").read_bytes()
        thing = operation.envelope.model_validate_json(response).data.thing
        print(thing.typename__, thing.thing_id, thing.size, thing.made_at.isoformat())
        print(thing.colour, thing.colour.name, thing.md5)
    """)
    assert printed.splitlines() == [
        "GreenThing 1 9007199254740993 2024-01-02T03:04:05+00:00",
        "GREEN GREEN None",
    ]


def test_open_enum_keeps_known_members_and_accepts_unknown_values(project: Project) -> None:
    printed = project.python("""
        from wbtyped_graphql.enums import Colour
        print(Colour("RED") is Colour.RED, Colour("PINK") == "PINK", len(Colour))
    """)
    assert printed == "True True 1"


def test_results_are_frozen(project: Project) -> None:
    printed = project.python("""
        from wbtyped_graphql.fragments import Thing
        values = dict(thing_id="1", made_at=None, size=1, colour=None, md5=None)
        thing = Thing(typename__="RedThing", **values)
        try:
            thing.size = 2
        except Exception as error:
            print(type(error).__name__)
    """)
    assert printed == "ValidationError"


def test_calls_return_operations_that_know_whether_they_are_repeatable(project: Project) -> None:
    printed = project.python("""
        import json
        from wbtyped_graphql import calls
        get, make = calls.get_thing(id="7"), calls.make_thing(name="x")
        print(get.repeatable, make.repeatable, json.loads(get.content())["variables"])
        print("wbtyped_graphql.get_thing" in __import__("sys").modules)
    """)
    assert printed.splitlines() == ["True False {'id': '7'}", "True"]


def test_importing_calls_imports_no_result_model(project: Project) -> None:
    printed = project.python("""
        import sys
        from wbtyped_graphql import calls
        results = {"wbtyped_graphql.get_thing", "wbtyped_graphql.fragments"}
        print(sorted(results & set(sys.modules)))
    """)
    assert printed == "[]"


def test_fragment_is_imported_when_it_is_used(project: Project) -> None:
    printed = project.python("""
        import sys
        from wbtyped_graphql import fragments
        loaded = lambda: sorted(name for name in sys.modules if ".fragments." in name)
        print(dir(fragments), loaded(), fragments.Red.__name__, loaded())
        try:
            fragments.Green
        except AttributeError as error:
            print(error)
    """)
    assert printed.splitlines() == [
        "['Red', 'Thing'] [] Red ['wbtyped_graphql.fragments.red']",
        "module 'wbtyped_graphql.fragments' has no attribute 'Green'",
    ]


def test_query_with_rows_can_be_read_as_plain_dicts(project: Project) -> None:
    printed = project.python("""
        from wbtyped_graphql import calls
        from wbtyped_graphql.get_reds_rows import GetRedsRow
        from pydantic import ValidationError
        operation = calls.get_reds().read_as(GetRedsRow)
        assert operation.document == calls.get_reds().document
        row = '{"thingID": "1", "made": "2024-01-02T03:04:05", "size": %s, "colour": "GREEN"}'
        response = '{"data": {"reds": [%s]}}' % row
        print(operation.envelope.model_validate_json(response % 5).data)
        try:
            operation.envelope.model_validate_json(response % "null")
        except ValidationError as error:
            print(error.errors()[0]["loc"])
    """)
    row = (
        "{'thingID': '1', 'made': datetime.datetime(2024, 1, 2, 3, 4, 5), 'size': 5,"
        " 'colour': <Colour.GREEN: 'GREEN'>}"
    )
    assert printed.splitlines() == [f"{{'reds': [{row}]}}", "('data', 'reds', 0, 'size')"]


def test_rows_of_objects_of_several_types_are_refused(tmp_path: Path) -> None:
    project = Project(tmp_path)
    queries = QUERIES.replace("# One thing.\n#\n", "# One thing.\n#\n# Rows: many.\n")
    (tmp_path / "queries" / "things.graphql").write_text(queries)
    failed = project.codegen()
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "rows consist of plain objects and known scalars only" in failed.stderr


def test_descriptions_reach_the_models(project: Project) -> None:
    fragments = (project.package / "fragments" / "thing.py").read_text()
    assert '"""A thing as users see it.' in fragments
    assert '"Bytes it takes."' in fragments
    assert '"The colour of blood."' in (project.package / "enums.py").read_text()


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        (QUERIES.replace("# Repeatable: no, there would be two\n", ""), "Repeatable"),
        (QUERIES.replace("    ...Thing\n", "    size\n"), "never used"),
        (QUERIES.replace("  size\n", "  weight\n"), "Cannot query field"),
    ],
    ids=["mutation without a Repeatable line", "unused fragment", "unknown field"],
)
def test_invalid_queries_fail_and_write_nothing(tmp_path: Path, queries: str, message: str) -> None:
    project = Project(tmp_path)
    (tmp_path / "queries" / "things.graphql").write_text(queries)
    failed = project.codegen()
    assert failed.returncode != 0
    assert message in failed.stderr
    assert not project.package.exists()
