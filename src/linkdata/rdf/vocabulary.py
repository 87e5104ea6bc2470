"""Vocabularies: the namespaces and terms that the RDF mapping uses.

Takes: nothing.
Gives: namespaces, terms as N-Triples text, and the prefixes that every output declares.
Implements: `specs/linkdata-1.0.md`, section "RDF".
"""

from __future__ import annotations

from linkdata import iri

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL = "http://www.w3.org/2002/07/owl#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
SCHEMA = "http://schema.org/"
SPDX = "http://spdx.org/rdf/terms#"
CSVW = "http://www.w3.org/ns/csvw#"
HDF = "http://purl.allotrope.org/ontologies/hdf5/1.8#"

#: Where checksums stand: the same content has the same IRI everywhere.
DIGESTS = iri.DEFAULT_BASE + "digest:"

#: The prefixes that every output declares, beside those of the document.
PREFIXES = {
    "term": iri.TERMS,
    "rdf": RDF,
    "xsd": XSD,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "owl": OWL,
    "prov": PROV,
    "schema": SCHEMA,
    "spdx": SPDX,
    "csvw": CSVW,
    "hdf": HDF,
}

TYPE = f"<{RDF}type>"
FIRST, REST, NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"

# What a document is, and what is said of it.
DOCUMENT = f"<{iri.TERMS}Document>"
DATASETS = (f"<{DCAT}Dataset>", f"<{SCHEMA}Dataset>")
META = f"<{iri.TERMS}meta>"
IDENTIFIER = f"<{DCTERMS}identifier>"
PART_OF = f"<{DCTERMS}isPartOf>"
CONFORMS_TO = f"<{DCTERMS}conformsTo>"
DERIVED_FROM = f"<{PROV}wasDerivedFrom>"
PRIMARY_SOURCE = f"<{PROV}hadPrimarySource>"
TITLE = f"<{DCTERMS}title>"
ABOUT = f"<{SCHEMA}about>"
VERSION = f"<{OWL}versionInfo>"
#: Free keys of `meta` that other vocabularies have a word for.
KNOWN_META = {
    "title": TITLE,
    "description": f"<{DCTERMS}description>",
    "license": f"<{DCTERMS}license>",
    "creator": f"<{DCTERMS}creator>",
    "publisher": f"<{DCTERMS}publisher>",
    "keywords": f"<{DCAT}keyword>",
    "version": f"<{DCAT}version>",
}

# Arrays, and the files that hold them.
ARRAY = f"<{iri.TERMS}Array>"
DTYPE, SHAPE = f"<{iri.TERMS}dtype>", f"<{iri.TERMS}shape>"
CHUNKS = f"<{iri.TERMS}chunks>"
HDF_DATASET, HDF_FILE, HDF_NAME = f"<{HDF}Dataset>", f"<{HDF}File>", f"<{HDF}name>"
DISTRIBUTION, DISTRIBUTIONS = f"<{DCAT}distribution>", f"<{DCAT}Distribution>"
DOWNLOAD = f"<{DCAT}downloadURL>"
CHECKSUM, CHECKSUMS = f"<{SPDX}checksum>", f"<{SPDX}Checksum>"
ALGORITHM, CHECKSUM_VALUE = f"<{SPDX}algorithm>", f"<{SPDX}checksumValue>"
#: The names that SPDX has for algorithms.
ALGORITHMS = {
    "blake3": f"<{SPDX}checksumAlgorithm_blake3>",
    "blake2b-256": f"<{SPDX}checksumAlgorithm_blake2b256>",
    "blake2b-512": f"<{SPDX}checksumAlgorithm_blake2b512>",
    "sha256": f"<{SPDX}checksumAlgorithm_sha256>",
}

# Tables.
TABLE, COLUMN, ROW = f"<{CSVW}Table>", f"<{CSVW}column>", f"<{CSVW}row>"
TABLE_SCHEMA, NAME = f"<{CSVW}tableSchema>", f"<{CSVW}name>"
ROW_NUMBER, DESCRIBES = f"<{CSVW}rownum>", f"<{CSVW}describes>"
PROPERTY_URL = f"<{CSVW}propertyUrl>"
