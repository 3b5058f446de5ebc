"""Reports: what pages show, in one file that needs no server."""
