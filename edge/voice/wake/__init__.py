"""Wake phrases: any text that can be said, heard without training.

spotting        how much a stretch of letters sounds like a phrase
phrase_sounds   how well the phrase's sounds fit that stretch
background      how much other speech sounds like it
table           how often that is, and how many calls would be missed
phrase          whether it makes a good one, before anybody relies on it
wake            heard, once each time it is said
"""
