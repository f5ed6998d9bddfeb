"""What a network of preferences learns from.

counting    what the training histories hold, for the experts on others
sensors     what its sensors say, and on what scale
replay      histories lived through by the runtime's own code
practice    other corpora, answered from this one's counts
lessons     chunks into batches
"""
