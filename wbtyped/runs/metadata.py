"""What the SDK recorded about program and machine of a run, in a file of the run."""

from wbtyped_graphql import calls

from ..download.content_request import ContentRequest
from ..errors import NotFoundError
from ..transport.client import Client
from ..transport.flow import Flow, ask
from .read_only import ReadOnlyObject
from .ref import RunRef, require_run
from .run_data import read_object

METADATA_FILE = "wandb-metadata.json"
MAX_METADATA_BYTES = 16 * 2**20
"""Far more than the SDK writes."""


def load_metadata(client: Client, run: RunRef) -> Flow[ReadOnlyObject | None]:
    """Return the content of the file, None if the run has none (query RunFileAddresses)."""
    result = yield from ask(
        calls.run_file_addresses(
            entity=run.entity,
            project=run.project,
            name=run.id,
            file_limit=1,
            file_names=[METADATA_FILE],
        )
    )
    found = require_run(run, result.project)
    files = [edge.node for edge in found.files.edges if edge.node] if found.files else []
    if not files or files[0].updated_at is None:
        return None
    label = f"file {METADATA_FILE!r} of run {run.full_path}"
    request = ContentRequest(client, label, files[0].direct_url, MAX_METADATA_BYTES)
    try:
        yield request
    except NotFoundError:
        return None  # Deleted meanwhile.
    return ReadOnlyObject(read_object(request.content, label))
