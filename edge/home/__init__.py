"""A household: what it has, and what that is called.

items     areas, floors, devices
file      the TOML that lists them
names     what may be said for what: an index of words
home      all of it, changed while it is in use
targets   what a command is done to
"""
