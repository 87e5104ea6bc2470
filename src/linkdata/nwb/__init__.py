"""HDF5 files as plans, and plans as HDF5 files: everything a file says, as plain dataclasses."""
