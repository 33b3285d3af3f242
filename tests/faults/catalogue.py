"""All faults by kind of request."""

from collections.abc import Mapping, Sequence

from tests.faults.connection_faults import CONNECTION_FAULTS
from tests.faults.content_faults import REFERENCE_FAULTS, STORAGE_FAULTS
from tests.faults.graphql_faults import GRAPHQL_FAULTS
from tests.faults.plan import Fault, Kind
from tests.faults.upload_faults import UPLOAD_FAULTS

CATALOGUE: Mapping[Kind, Sequence[Fault]] = {
    "graphql": (*CONNECTION_FAULTS, *GRAPHQL_FAULTS),
    "file": CONNECTION_FAULTS,
    "storage": (*CONNECTION_FAULTS, *STORAGE_FAULTS),
    "reference": (*CONNECTION_FAULTS, *REFERENCE_FAULTS * 3),
    "upload": (*CONNECTION_FAULTS, *UPLOAD_FAULTS),
}
