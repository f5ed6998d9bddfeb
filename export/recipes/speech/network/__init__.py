"""The acoustic model, in torch.

frontend    PCM to features; inside the graph, too
backbone    Google's speech embedding
network     the acoustic model on top of it
"""
