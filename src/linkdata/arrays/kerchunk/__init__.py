"""Kerchunk reference JSON: what it says of arrays, and files as it describes them.

To be read in this order: `metadata` (Zarr version 2, in which references speak), `references` (the
text), `items` (groups and datasets), `source` (the entry point), `export`.
"""
