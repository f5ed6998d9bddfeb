"""What is learned on the device, and kept.

what it is
    memory, keys   what this household did, counted: bounded, decaying, erasable
    past           all that predicts of one person: counts, window, course
how it is kept
    state          what was learned, taken out of everything it was learned with
    file, header   the same as bytes
    keeper         the file: set aside, saved whole, erased
"""
