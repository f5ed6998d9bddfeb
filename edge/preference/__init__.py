"""What a household will want next: a small model, its own past, and what it learns on the device.

what comes in
    actions        what an action is called
    moment         a point in time and its sensors, as numbers
    event_line     a line of an interaction log
what is known
    model          what a bundle brings: the learned model, its catalogue, other households
    memory         what this household did, counted: bounded, decaying, saved, erasable
    loading        the manifest's entry, read strictly
what is thought
    experts        each kind of evidence's idea of what comes next, and all of them weighed
    candidates     what may come next, and what the model thinks of it
    foresight      all of this for one moment
    because        why, in words
    timeliness     whether it is ever done at a moment like this one
the face
    preference     observe, suggest, feedback, forget
    habits         the same in use: by several threads, kept in a file
    week           a picture of seven days
"""
