"""For authors of plug-ins and other implementations: the conformance runner."""
