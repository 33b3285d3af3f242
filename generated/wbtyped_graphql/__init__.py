"""Typed operations, compiled from schema/ and queries/; do not edit."""
