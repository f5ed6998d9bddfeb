"""What a bundle brings: the same on every device that loads it.

items          names of up to millions of items
catalogue      the actions or items a model knows, each a vector of 8-bit integers
model          the learned model: history and moment → query and gates
population     what other households did, counted
"""
