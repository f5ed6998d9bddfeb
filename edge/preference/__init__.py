"""What a household will want next: a small model, its own past, and what it learns on the device.

what comes in
    actions        what an action is called
    moment         a point in time and its sensors, as numbers
    event_line     a line of an interaction log
what a bundle brings
    loading        the manifest's entry, read strictly
    items          names of up to millions of items
    catalogue      the actions or items a model knows, each a vector of 8-bit integers
    model          the learned model: history and moment → query and gates
    population     what other households did, counted
what is learned on the device
    memory, keys   what this household did, counted: bounded, decaying, erasable
    past           all that predicts of one person: counts, window, course
what is thought
    opinion        what one kind of evidence says comes next
    experts        each kind of evidence's idea of what comes next, from this household's past
    together       the one that multiplies all of it
    others, boost  the same from other households'
    mixture        all of them weighed into one probability
    candidates     what may come next, and what the model thinks of it
    foresight      all of this for one moment
    because        why, in words
what is kept
    state          what was learned, taken out of everything it was learned with
    memory_file    the same as bytes; memory_header reads their header
    keeper         the file: set aside, saved whole, erased
the face
    preference     observe, suggest, feedback, forget
    habits         the same in use: by several threads, kept in a file
    week           a picture of seven days
"""
