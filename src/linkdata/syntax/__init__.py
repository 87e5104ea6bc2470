"""From text to documents: nodes with places, the grammar of references, documents."""
