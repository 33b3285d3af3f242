"""The fixture `scripts`, for the official client."""

from tests.conformance.conftest import scripts as scripts
