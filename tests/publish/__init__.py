"""Tests of publishing versions."""
