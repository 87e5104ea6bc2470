"""RDF: the graph as triples."""
