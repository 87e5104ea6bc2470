"""Typed models: pydantic classes made at run time from the classes of schemas.

In the order in which they build on each other: `dtypes` (types of schemas as those of Python and
numpy), `arrays` (array fields, lazy arrays too), `ranges` (fields that hold objects), `fields`
(a slot as a field), `base` (`Model`), `binding` (fields of an object of the graph), `catalog`
(classes of one schema, built when asked for), `problems` (what pydantic finds, as findings) and
`models` (the models of a dataset).
"""
