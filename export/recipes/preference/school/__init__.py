"""How a network of preferences is trained, and how good it is.

taught      the losses
fitting     one of them through the training loop
judge       on dev, as part of the whole mixture
ranking     the measures of the published protocols
boosting    how much counts weigh beside it
"""
