"""Tests of what sends files."""
