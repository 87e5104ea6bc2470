"""Validation: what in a graph is not as its schemas say. Read `checking` first."""
