"""How many requests of reports and plans are under way at a time, unless the user says it."""

SCAN_JOBS = 16
APPLY_JOBS = 32
