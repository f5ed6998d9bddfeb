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
    greedy, transcript             what they spell, whatever may be said
what was said
    spoken                  how what is written is said
    search                  the home's sentences as a graph, and the search in it
    alignment, likelihood   how well a text fits what was heard
    wake                    wake phrases
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
