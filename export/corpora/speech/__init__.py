"""Recorded and synthesised speech, rooms and noise: what the acoustic model is trained on."""
