"""Split -> trial -> verdict: how well methods recommend, and which one is published."""
