"""External resources: which terms of which vocabularies are meant by words in a dataset."""
