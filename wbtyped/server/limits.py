"""Limits on what one request may cost; README.md lists the same figures for users."""

MIB = 1024 * 1024
GRAPHQL_BODY_BYTES = 16 * MIB
"""The official client announces up to 10,000 files per request, at about 400 bytes each."""
STREAM_BODY_BYTES = 32 * MIB
"""The official client sends up to 10 MiB of lines, which JSON escapes can double."""
MANIFEST_BYTES = 256 * MIB
"""About a million files; manifests are parsed in memory, other uploads are streamed to disk."""

HEADER_BYTES = 64 * 1024
"""URL and headers of a request."""
DOCUMENT_CHARACTERS = 256 * 1024
DOCUMENT_TOKENS = 10_000
DOCUMENT_DEPTH = 50
"""Levels of brackets, and of fields and fragments. Parsing, validation and execution recurse: 50
levels stay far below Python's limit of 1,000 frames. The introspection query has 10."""
DOCUMENT_FIELDS = 1_000
"""Selected fields; those of a fragment count where it is defined and wherever it is spread.
Validation compares all fields of one name pairwise: 1,000 take up to 0.8 s."""
EXECUTION_SECONDS = 10.0
"""CPU time, so that a busy machine rejects no more than an idle one."""

RECORDED_BYTES = 64 * MIB
RECORDED_BODY_BYTES = MIB
RECORDED_PATH_CHARACTERS = 1_024
"""Characters recorded of a path, or of an operation name."""

FILTER_DEPTH = 50
"""Levels of operators in a filter; compiling and matching it recurse."""
REGEX_CHARACTERS = 10_000
"""Characters of a string that `$regex` looks at. The largest pattern takes up to 2 s for that many,
and nothing can interrupt a match."""
