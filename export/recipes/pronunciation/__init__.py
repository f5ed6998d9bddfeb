"""How a word is pronounced, from its letters."""
