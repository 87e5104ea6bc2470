"""The command line: `linkdata check|convert|get|tree|fmt`."""
