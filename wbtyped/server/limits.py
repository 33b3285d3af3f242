"""What one request may ask of the server; README.md has the same figures for users."""

MIB = 1024 * 1024
GRAPHQL_BODY_BYTES = 16 * MIB
"""The official client announces up to 10,000 files in one request, at about 400 bytes each."""
STREAM_BODY_BYTES = 32 * MIB
"""The official client sends up to 10 MiB of lines, which JSON escapes may double."""
MANIFEST_BYTES = 256 * MIB
"""About a million files; a manifest is parsed in memory, all other uploads go straight to disk."""

DOCUMENT_CHARACTERS = 256 * 1024
DOCUMENT_TOKENS = 10_000
DOCUMENT_DEPTH = 50
"""Levels of brackets, and of fields and fragments. Parsing, validating and executing recurse: 50
levels stay far below Python's limit of 1,000 frames. The introspection query has 10."""
DOCUMENT_FIELDS = 1_000
"""Selected fields; those of a fragment count where it is defined and wherever it is spread.
Validation compares all fields of one name with each other: 1,000 take up to 0.8 s."""
EXECUTION_SECONDS = 10.0
"""Seconds of CPU time, so that a busy machine refuses no more than an idle one."""

RECORDED_BYTES = 64 * MIB
RECORDED_BODY_BYTES = MIB
RECORDED_PATH = 1_024
"""Characters that are kept of a path, or of an operation's name."""
