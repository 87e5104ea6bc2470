"""Objects for people: fields as attributes and items, display, notebooks."""
