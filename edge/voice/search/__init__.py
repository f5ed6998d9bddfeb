"""The search for what was said, in the home's own sentences.

what may be said
    tries, automaton   word by word
    states, graph      letter by letter, made as a search comes to it
    freed              memory of states that were forgotten
    lexicon            common words, for wildcards
which of it was
    beam, prefix_tree  hypotheses, and the beginnings they are of
    decoder            the search itself
    rescoring          the likeliest ranked by their sounds
    hypothesis         what may have been said, and how sure
"""
