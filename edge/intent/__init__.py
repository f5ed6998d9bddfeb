"""A typed sentence in, a command or a reason out: the grammar first, the learned model otherwise.

the model
    encoder        words as numbers that a graph reads
    model          the graph's answers: intent, slots, how sure
    tags           labels of words to slots (CRF)
from a frame to a command
    slots          which slots an intent takes, and of what kind
    interpret      what the grammar matched
    resolve        names and numbers, as the model found them
whether a sentence commands
    mood           it may ask, tell, forbid, put off, take back
    modifiers      "tomorrow", "don't": words that change a command or put it off
    asides         phrases beside a command that make none of it
what a frame must not ignore
    frame_check    all of these, in order
    choices, names_left   a choice of a list, a name of the home, left over
    units          the words around a number: minutes or hours
    here           the room that somebody is in
    slot_sets      which slots an intent has together
    vocabulary     which words an intent has
    taught_words   the same of a corpus, where no home has sentences
the face
    conjunction    several commands in one sentence, taken apart
    understanding  the way through
"""
