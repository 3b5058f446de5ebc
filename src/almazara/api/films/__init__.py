"""Routes of the film product; paths and fields follow the brief, in Spanish."""
