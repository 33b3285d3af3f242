"""References to the web: what can be recorded of one, against what a server can answer."""
