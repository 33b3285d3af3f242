"""Scripts of the official client."""

from tests.conformance.conftest import scripts as scripts
