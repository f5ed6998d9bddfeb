"""Spoken commands: audio in, events out. See `edge.voice.stream` for the way through."""
