"""The intent family: intents and slots of typed commands.

what it learns from
    labels        intents and tags, and which may follow which
    augment       the same frames about other things
    misheard      sentences as a recogniser of letters hears them
the models
    teacher, crf  a pretrained encoder with heads, and the field over its tags
    lexicon       what its encoder knows of words, handed down
    student       under a million parameters
    fitting       one of them through the training loop
    judge         what they say about sentences
    calibration   when to trust them
what is exported
    graph         the student as ONNX
    packing       all of it, as `edge export` wants it
the face
    settings      what may be set
    recipe        from a corpus to a run folder
    command       search, report, figures in print
    verb          `edge train intent`
"""
