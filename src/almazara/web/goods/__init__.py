"""Pages of what several shops sell: goods, and baskets of them."""
