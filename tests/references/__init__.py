"""References to URLs: everything that can be recorded, against every kind of response."""
