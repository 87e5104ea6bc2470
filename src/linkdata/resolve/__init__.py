"""From references to what they mean: the loader, the registry, the resolver."""
