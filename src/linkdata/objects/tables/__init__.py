"""Tables as HDMF has them: columns, ragged columns, regions, aligned tables.

To be read in this order: `picking` (what an index means), `columns`, `ragged`, `enums`, `layout`
(which columns a table has), `building` (new columns and rows), `table`, `region`, `aligned`,
`series_references`.
"""
