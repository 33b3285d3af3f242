"""The command `wbtyped`."""
