# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from ..base_model import BaseModel


class RunData(BaseModel, frozen=True):
    """What a run was configured with, and its last metrics: JSON strings that may be large, parsed on
    first access.

    Used by: Run.config, Run.summary"""

    config: str | None
    'Configuration as a JSON object of the form `{"KEY": {"value": VALUE}}`; `_wandb` holds the SDK\'s own entries.'
    summary_metrics: str | None
    "Last or best value of each metric, as a JSON object."
