"""The speech family: from recordings and made-up voices to a streaming model of letters.

what it learns from
    material      real recordings, made-up ones, noise
    domain        a maker's own sentences
    splicing      real words in other orders
    word_bank     a maker's sentences in people's voices
    sounds        how words are pronounced
    features      log mel features, computed once
    mel_augment   what happens to speech on its way to the microphone
    lessons       batches of all that
the network
    backbone      Google's speech embedding
    network       the acoustic model on top of it
    teachers      pretrained recognisers
    pupil         the losses
    school        one network trained
    judge         how well it spells
what is exported
    frontend      PCM to features, inside the graph
    streaming     the network as it streams
    arithmetic    in floats, or in 8-bit integers
    graph         all of it as ONNX
    running, quantise   ranges, seen on real recordings
    ctc_export    a model of `transformers` as it is
    activity      Silero's network
    common_words  what a wildcard takes first
    packing       all of it, as `edge export` wants it
what the device must know of its mistakes
    listening     what a network makes of recordings
    confidence    how sure a sentence makes one
    mistakes      which letters it writes for which
    wake_scores, wake_calibration, wake_files   wake phrases nobody has typed yet
the face
    settings      what may be set
    recipe        from recordings to a run folder
    command       material, sentences, figures in print
    verb          `edge train speech`
"""
