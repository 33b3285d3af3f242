"""Modules that the generated package gets as they are, all but `base_model`."""
