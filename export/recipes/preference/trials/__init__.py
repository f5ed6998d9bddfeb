"""What is exported is tried as the runtime runs it.

held_out    histories that graphs are judged by
trial       the runtime's own answers to them
calibration how far to believe those
plot        the same as a picture
golden      answers for `edge doctor`
"""
