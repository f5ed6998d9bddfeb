"""The speech family: from recordings and made-up voices to a streaming model of letters.

network        the acoustic model, and the features that it reads
lessons        what it learns from
school         how it is trained, and judged
graph          what is exported
mistakes       what the device must know of its mistakes
common_words   what a wildcard takes first
ctc_export     a model of `transformers` as it is
the face
    settings   what may be set
    recipe     from recordings to a run folder
    packing    a run folder, as `edge export` wants it
    command    material, sentences, figures in print
    verb       `edge train speech`
"""
