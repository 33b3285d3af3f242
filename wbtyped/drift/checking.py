"""Check queries against a server or a schema."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from graphql import GraphQLSchema

from .. import arguments
from ..errors import UsageError
from ..transport.client import Client
from .documents import Documents, our_documents
from .findings import Finding, NotProbed, Obtained, Report, in_order
from .introspection import Hidden, introspect
from .probe_findings import findings_of
from .probing import BLIND_TO, Probing
from .rules import RULES
from .schema_files import pinned_schema, read_schema
from .weighing import compare, refusals


@dataclass(frozen=True)
class Ignored:
    """Findings to leave out: those of a rule, of all coordinates or of those that fit a pattern.

    In the pattern `*` is any text: `File.*` is every field of `File`.
    """

    rule: str
    pattern: str = "*"

    @classmethod
    def parse(cls, text: str) -> "Ignored":
        """Read `RULE` or `RULE:COORDINATE`; raises UsageError for a rule that does not exist."""
        rule, colon, pattern = arguments.string("text", text).partition(":")
        if rule not in RULES or (colon and not pattern):
            raise UsageError(
                f"--ignore {text!r}: write RULE or RULE:COORDINATE; rules are {', '.join(RULES)}"
            )
        return cls(rule, pattern or "*")

    def fits(self, finding: Finding) -> bool:
        """Tell whether a finding is meant."""
        return finding.rule == self.rule and fnmatchcase(finding.coordinate, self.pattern)


def check_file(
    path: Path, documents: Documents | None = None, ignore: Sequence[Ignored] = ()
) -> Report:
    """Weigh what differs between the pinned schema and that of a file or folder.

    `documents` are the queries to weigh by, else those that this package sends. Raises
    SchemaSourceError when there is no schema.
    """
    file, queries = arguments.location("path", path), _checked(documents, ignore)
    return _compared(str(file), "file", read_schema(file), queries, ignore)


def check_server(
    client: Client, documents: Documents | None = None, ignore: Sequence[Ignored] = ()
) -> Report:
    """Do the same with a server: by introspection or, where it hides its schema, by probing.

    Raises SchemaSourceError when the server cannot be asked, or not without running something.
    """
    arguments.instance("client", client, Client)
    queries = _checked(documents, ignore)
    name = client.settings.base_url
    found = introspect(client)
    if isinstance(found, Hidden):
        return _probed(name, found, client, queries, ignore)
    return _compared(name, "introspection", found, queries, ignore)


def _checked(documents: Documents | None, ignore: Sequence[Ignored]) -> Documents:
    """Return the queries that are meant; raises UsageError for what is none."""
    arguments.instance("ignore", ignore, Sequence, "a list of Ignored")
    for each in ignore:
        arguments.instance("each of ignore", each, Ignored)
    if documents is None:
        return our_documents()
    arguments.instance("documents", documents, Documents)
    return documents


def _compared(
    name: str,
    obtained: Obtained,
    schema: GraphQLSchema,
    documents: Documents,
    ignore: Sequence[Ignored],
) -> Report:
    pinned = pinned_schema()
    found = compare(pinned, schema, documents)
    return _report(name, obtained, documents, found, ignore, notes=_notes(documents, pinned))


def _probed(
    name: str, hidden: Hidden, client: Client, documents: Documents, ignore: Sequence[Ignored]
) -> Report:
    pinned = pinned_schema()
    probing = Probing(client, documents)
    found = findings_of(probing.complaints(), documents, pinned)
    notes = [f"The server was probed, because {hidden.reason}."]
    return _report(
        name,
        "probing",
        documents,
        found,
        ignore,
        notes=notes + _notes(documents, pinned),
        not_probed=probing.not_probed,
        blind_to=BLIND_TO,
    )


def _notes(documents: Documents, pinned: GraphQLSchema) -> list[str]:
    """Say what is not compared: what is never sent, and what the pinned schema lacks."""
    notes: list[str] = []
    if documents.taken_out:
        found = ", ".join(dict.fromkeys(f"@{each.name.value}" for each in documents.taken_out))
        notes.append(f"Not compared, since generators and clients take them out: {found}.")
    within = [
        definition.name
        for error in refusals(documents, pinned)
        for node in error.nodes or ()
        if (definition := documents.definition_of(node))
    ]
    names = ", ".join(dict.fromkeys(within))
    if names:
        notes.append(f"Only validated, since the pinned schema lacks what they use: {names}.")
    return notes


def _report(
    name: str,
    obtained: Obtained,
    documents: Documents,
    found: list[Finding],
    ignore: Sequence[Ignored],
    *,
    notes: list[str],
    not_probed: Sequence[NotProbed] = (),
    blind_to: Sequence[str] = (),
) -> Report:
    kept = [finding for finding in found if not any(each.fits(finding) for each in ignore)]
    if len(kept) < len(found):
        notes = [*notes, f"Ignored on request: {len(found) - len(kept)}."]
    return Report(
        source=name,
        obtained=obtained,
        operations=len(documents.operations),
        findings=in_order(kept),
        not_probed=tuple(not_probed),
        blind_to=tuple(blind_to),
        notes=tuple(notes),
    )
