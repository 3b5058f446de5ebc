"""Price histories of other programs in, our own out."""
