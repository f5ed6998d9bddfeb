"""The preference family: what a household, or a reader of a catalogue, wants next.

network     teacher and student alike
lessons     what they learn from
school      how one is trained, and how good it is
trials      the whole of it as the runtime runs it, tried on histories
the face
    settings   what may be set
    prepare    a corpus made ready: counted, lived through, cut into chunks
    recipe     from interactions to a run folder
    packing    a run folder, as `edge export` wants it
    command    search, report, figures in print
    verb       `edge train preference`
"""
