"""Arrays: lazy, in files or in documents; each source of arrays in a room of its own."""
