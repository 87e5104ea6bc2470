"""`python -m linkdata`: the command line."""

from linkdata.cli.main import main

main()
