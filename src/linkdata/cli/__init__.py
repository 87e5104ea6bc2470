"""The command line: `linkdata COMMAND`.

Implements: `specs/linkdata-1.0.md`, section "Command line".

`main` has the group, each command a module of its own, and `report` what is said of findings.
"""
