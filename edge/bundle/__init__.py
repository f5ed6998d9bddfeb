"""A bundle: graphs, a manifest and what they need, opened as the hostile input it is.

the files
    source         what a place with files in it can do
    store, tar     a folder and an archive: listed, read, never left
    paths          which names a file may have
the manifest
    strict_json    JSON with nothing twice and nothing too large
    keypath        a value taken out of it, or what is wrong with it and where
    manifest       all of it, checked
what is wrong
    inspection     hashes, sizes, graphs: what opening checks
    verify         the same to the end, for a person to read
the face
    bundle         an opened one: the variant for this board, its graphs, its assets
"""
