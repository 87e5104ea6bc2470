"""The NWB (HDMF) specification language: read it, translate it to LinkML, and back.

In the order of the phases: `texts` (YAML or JSON to plain data), `specs` (the language's nouns),
`parsing` (plain data to specs), `reading` (a namespace and its sources), `translate` (specs to
LinkML) over its leaves `names`, `dtypes`, `arrays`, `facts`, `kinds`, `catalog`, `slots`,
`classes`; and `inverse` (LinkML to specs), `writing` (specs to the language's texts).
"""
