"""`python -m almazara` is the same as `almazara`."""

from almazara.cli import main

main()
