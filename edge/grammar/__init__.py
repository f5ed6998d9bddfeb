"""The home's sentences, compiled to one automaton: walked exactly.

file      the automaton as bytes: checked, then handed out as tables
match     one way through it: intent, slots, what was named
values    what may stand for a name, a number or a wildcard
skip      phrases that may be left out ("please")
grammar   the walk
ranking   which of several ways through was meant
intents   what its sentences say of an intent: words, slots, kinds
"""
