"""Schemas: LinkML, and what is translated to it."""
