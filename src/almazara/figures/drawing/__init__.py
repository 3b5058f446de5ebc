"""Drawing: where the parts of a picture lie, and their shapes and words as SVG."""
