"""Check queries against a server or a schema file."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from graphql import GraphQLSchema

from .. import arguments
from ..errors import UsageError
from ..transport.client import Client
from .classify import compare, operation_errors
from .documents import Documents, our_documents
from .findings import Finding, NotProbed, Obtained, Report, sort_findings
from .introspection import Hidden, introspect
from .probe_findings import findings_from_errors
from .probing import BLIND_SPOTS, Prober
from .rules import RULES
from .schema_files import pinned_schema, read_schema


@dataclass(frozen=True)
class Ignored:
    """Findings to leave out: those of a rule whose coordinate matches a pattern.

    In the pattern `*` stands for any characters: `File.*` is every field of `File`.
    """

    rule: str
    pattern: str = "*"

    @classmethod
    def parse(cls, text: str) -> "Ignored":
        """Parse `RULE` or `RULE:COORDINATE`; raises UsageError if there is no such rule."""
        rule, colon, pattern = arguments.string("text", text).partition(":")
        if rule not in RULES or (colon and not pattern):
            raise UsageError(
                f"--ignore {text!r}: expected RULE or RULE:COORDINATE; rules are {', '.join(RULES)}"
            )
        return cls(rule, pattern or "*")

    def fits(self, finding: Finding) -> bool:
        """Return True if the finding is to be left out."""
        return finding.rule == self.rule and fnmatchcase(finding.coordinate, self.pattern)


def check_file(
    path: Path, documents: Documents | None = None, ignore: Sequence[Ignored] = ()
) -> Report:
    """Compare the pinned schema with that of a file or a folder.

    `documents` are the queries that changes are classified by, those of this package by default.
    Raises SchemaSourceError if the file is not a schema.
    """
    file, queries = arguments.location("path", path), _checked_arguments(documents, ignore)
    return _compare(str(file), "file", read_schema(file), queries, ignore)


def check_server(
    client: Client, documents: Documents | None = None, ignore: Sequence[Ignored] = ()
) -> Report:
    """Compare the pinned schema with that of a server, or probe a server that hides its schema.

    `documents` are as in `check_file`. Raises SchemaSourceError if the server cannot be reached, or
    cannot be probed without running an operation.
    """
    arguments.instance("client", client, Client)
    queries = _checked_arguments(documents, ignore)
    name = client.settings.base_url
    found = introspect(client)
    if isinstance(found, Hidden):
        return _probe(name, found, client, queries, ignore)
    return _compare(name, "introspection", found, queries, ignore)


def _checked_arguments(documents: Documents | None, ignore: Sequence[Ignored]) -> Documents:
    """Return the queries to check; raises UsageError for arguments of the wrong type."""
    arguments.instance("ignore", ignore, Sequence, "a list of Ignored")
    for ignored in ignore:
        arguments.instance("each item of ignore", ignored, Ignored)
    if documents is None:
        return our_documents()
    arguments.instance("documents", documents, Documents)
    return documents


def _compare(
    name: str,
    obtained: Obtained,
    schema: GraphQLSchema,
    documents: Documents,
    ignore: Sequence[Ignored],
) -> Report:
    pinned = pinned_schema()
    found = compare(pinned, schema, documents)
    return _report(name, obtained, documents, found, ignore, notes=_notes(documents, pinned))


def _probe(
    name: str, hidden: Hidden, client: Client, documents: Documents, ignore: Sequence[Ignored]
) -> Report:
    pinned = pinned_schema()
    prober = Prober(client, documents)
    found = findings_from_errors(prober.rejected(), documents, pinned)
    notes = [f"The server was probed, because {hidden.reason}."]
    return _report(
        name,
        "probing",
        documents,
        found,
        ignore,
        notes=notes + _notes(documents, pinned),
        not_probed=prober.not_probed,
        blind_to=BLIND_SPOTS,
    )


def _notes(documents: Documents, pinned: GraphQLSchema) -> list[str]:
    """Describe what is not compared: what is never sent, and what the pinned schema lacks."""
    notes: list[str] = []
    if documents.removed_directives:
        names = ", ".join(dict.fromkeys(f"@{d.name.value}" for d in documents.removed_directives))
        notes.append(f"Not compared, since generators and clients remove them: {names}.")
    beyond_pinned = [
        definition.name
        for error in operation_errors(documents, pinned)
        for node in error.nodes or ()
        if (definition := documents.definition_of(node))
    ]
    names = ", ".join(dict.fromkeys(beyond_pinned))
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
    kept = [finding for finding in found if not any(i.fits(finding) for i in ignore)]
    if len(kept) < len(found):
        notes = [*notes, f"Ignored findings: {len(found) - len(kept)}."]
    return Report(
        source=name,
        obtained=obtained,
        operations=len(documents.operations),
        findings=sort_findings(kept),
        not_probed=tuple(not_probed),
        blind_to=tuple(blind_to),
        notes=tuple(notes),
    )
