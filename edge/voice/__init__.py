"""Spoken commands: audio in, events out. See `edge.voice.stream` for the way through.

the sound
    sources        a microphone, a file, raw bytes
    pcm, resample  16 kHz, one channel, int16
    signals        sound that needs no recording
whether somebody speaks
    gate           a quiet room need not be looked at
    activity       the network that tells
    endpoint       where an utterance begins and ends
letters and sounds
    alphabet, phones, posteriors   the network's labels, and how likely each was
    acoustic                       the network
    pronunciation                  what sounds a word has
    transcript                     letters, whatever may be said
what may be said
    spoken                  how what is written is said
    tries, automaton        the home's sentences, word by word
    states, search_graph    the same letter by letter, made as a search comes to it
    freed                   memory of states that were forgotten
    lexicon                 common words, for wildcards
the search
    beam, prefix_tree       hypotheses, and the beginnings they are of
    decoder                 the search
    closed_list             the same where all sentences are known
    rescoring               the likeliest ranked by their sounds
    hypothesis              what may have been said, and how sure
    alignment, likelihood   how well a text fits what was heard
wake phrases
    phrase, phrase_sounds   how good one is, how well its sounds fit
    spotting, background    how much a stretch sounds like it, and how much other speech does
    wake, wake_table        heard, once each time it is said, at a wanted rate of mistakes
what it means
    utterance      one utterance while it is being said
    recognizer     posteriors to a command
    free_text      the same by the learned model of text
    answers        how sure, or why there is none
the face
    settings, statistics    what can be set, what it cost
    dialogue                who is being spoken to
    voice, stream           all of it, loaded once; one stream of audio
    listener                a stream with a source and a thread of its own
"""
