"""The preference family: what a household, or a reader of a catalogue, wants next.

what it learns from
    prepare     a corpus made ready: counted, lived through, cut into chunks
    counting    what the training histories hold, for the experts on others
    sensors     what its sensors say, and on what scale
    replay      histories lived through by the runtime's own code
    practice    other corpora, answered from this one's counts
    lessons     chunks into batches
the network
    network     teacher and student alike
    affinity    first values of items' vectors
    taught      the losses
    fitting     one of them through the training loop
how good it is
    judge       on dev, as part of the whole mixture
    ranking     the measures of the published protocols
    boosting    how much counts weigh beside it
    calibration how far to believe it
    plot        the same as a picture
what is exported
    one_moment  the network as the runtime calls it
    graph       the same as ONNX
    held_out    histories that graphs are judged by
    trial       the runtime's own answers to them
    golden      answers for `edge doctor`
    packing     all of it, as `edge export` wants it
the face
    settings    what may be set
    recipe      from interactions to a run folder
    command     search, report, figures in print
    verb        `edge train preference`
"""
