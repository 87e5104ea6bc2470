"""The graph: objects with identity, their fields, and the links between them."""
