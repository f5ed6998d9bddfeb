"""What the device must know of the acoustic model's mistakes.

listening           what a network makes of recordings
confidence          how sure a sentence makes one
mistakes            which letters it writes for which
wake_scores, wake_calibration, wake_files   wake phrases nobody has typed yet
"""
