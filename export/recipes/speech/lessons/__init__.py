"""What the acoustic model learns from.

what there is
    material      real recordings, made-up ones, noise
    domain        a maker's own sentences
    sounds        how words are pronounced
    features      log mel features, computed once
what is made of it
    splicing      real words in other orders
    word_bank     a maker's sentences in people's voices
    mel_augment   what happens to speech on its way to the microphone
    lessons       batches of all that
"""
