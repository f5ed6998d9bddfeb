"""Every cap on input, as a named constant with its unit.

A limit is checked before anything of that size is allocated, parsed or run. Each is several times
what the largest bundle of this project needs, and small against the memory of the smallest board.
"""

from __future__ import annotations

from typing import Final

# --- the bundle's files ---------------------------------------------------------------------------

BUNDLE_BYTES: Final = 512 * 1024 * 1024
"""All files of a bundle together, bytes."""
BUNDLE_FILES: Final = 1024
"""Files and folders in a bundle, the manifest not counted."""
FILE_BYTES: Final = 64 * 1024 * 1024
"""One file, bytes: it is held in memory once while it is hashed and handed out."""
SIGNATURE_BYTES: Final = 4096
"""`manifest.sig`, bytes."""
PATH_BYTES: Final = 200
"""A path inside a bundle, bytes (ASCII, so characters too)."""
PATH_PART_BYTES: Final = 90
"""One component of a path, bytes: with the next limit, every path fits a ustar header."""
PATH_DEPTH: Final = 6
"""Components of a path."""
TAR_PADDING_BYTES: Final = 1024 * 1024
"""Zero bytes after the end of an archive (tar pads to whole records)."""

# --- the manifest ---------------------------------------------------------------------------------

MANIFEST_SCHEMA: Final = 1
"""The newest manifest schema that this runtime reads."""
MANIFEST_BYTES: Final = 512 * 1024
"""`manifest.json`, bytes."""
MANIFEST_DEPTH: Final = 24
"""Nesting of objects and arrays in the manifest."""
MANIFEST_DIGITS: Final = 18
"""Digits of a whole number: every such number fits 64 bits."""
NAME_CHARS: Final = 64
"""A bundle's name or version, characters."""
REASON_CHARS: Final = 500
"""One sentence of `reasons`, characters."""
REASONS: Final = 64
"""Sentences of `reasons` of one graph."""
VARIANTS: Final = 32
"""Variants of a bundle."""
TASKS: Final = 16
"""Tasks of a bundle, and graphs of one variant."""
ASSET_ROLES: Final = 64
"""Assets that one task names."""
GRAPH_TENSORS: Final = 64
"""Inputs of one graph, and outputs of one graph."""
THREADS: Final = 64
"""Threads that a bundle may ask a session to use."""

# --- graphs (edge.onnx.scan) ----------------------------------------------------------------------

GRAPH_FIELDS: Final = 400_000
"""Protobuf fields read of one graph: bounds the time and memory of a scan."""
GRAPH_NODES: Final = 10_000
"""Nodes of one graph."""
GRAPH_TENSOR_RANK: Final = 8
"""Dimensions of any tensor."""
GRAPH_DIMENSION: Final = 2**31 - 1
"""One dimension of any tensor; more restricted below by the number of elements."""
GRAPH_TENSOR_ELEMENTS: Final = 2**26
"""Elements of any tensor whose shape is written down: 256 MiB as float32."""
GRAPH_IR_MIN: Final = 3
GRAPH_IR_MAX: Final = 10
"""ONNX IR versions that ONNX Runtime 1.21 reads."""
GRAPH_OPSET_MIN: Final = 11
GRAPH_OPSET_MAX: Final = 22
"""Opsets of the default domain: since 11 Pad takes inputs; ONNX Runtime 1.21 ends at 22."""
GRAPH_GROWTH_ELEMENTS: Final = 2**22
"""Elements that one ConstantOfShape, Expand, Range or OneHot may ask for: 16 MiB as float32."""
GRAPH_GROWTH_FACTOR: Final = 2**16
"""The same where they are multiplied by dimensions of other tensors."""
GRAPH_REPEATS: Final = 4096
"""How many times its input one Tile may repeat."""
GRAPH_PADDING: Final = 4096
"""Each padding, stride, dilation or kernel side that a node writes down."""
GRAPH_NAME_BYTES: Final = 512
"""A name inside a graph, bytes."""

# --- text, numbers, homes and grammars ------------------------------------------------------------

NUMBER_TOKENS: Final = 24
"""Tokens one spoken number may take: "minus nine hundred and ninety nine billion …" takes 24."""
NUMBER_DIGITS: Final = 15
"""Characters of a numeral. More digits would not survive a float."""
HOME_FILE_BYTES: Final = 32 * 1024 * 1024
"""Size of a home description on disk."""
HOME_ITEMS: Final = 100_000
"""Devices of one home; areas and floors have the same cap."""
HOME_NAME_CHARS: Final = 200
"""Length of an id, a name, an alias or a kind."""
HOME_ALIASES: Final = 64
"""Further names of one device, area or floor."""
NAME_TOKENS: Final = 12
"""Tokens of one name. A longer one is refused: nobody says it."""
SENTENCE_TOKENS: Final = 96
"""Tokens of a sentence the grammar looks at; a longer one matches nothing."""
GRAMMAR_STEPS: Final = 4_000
"""Transitions tried for one sentence, about 2 ms on a desktop; then it counts as not matched."""
GRAMMAR_PATHS: Final = 64
"""Ways to read one sentence that are weighed against each other."""
UNKNOWN_NAME_TOKENS: Final = 5
"""Tokens of a name the home does not have, when the rest of a sentence fits a template."""
GRAMMAR_BYTES: Final = 4 * 1024 * 1024
"""Size of a compiled grammar."""
GRAMMAR_HEADER_BYTES: Final = 1024 * 1024
"""Size of its JSON header: words, lists and rules."""
GRAMMAR_STATES: Final = 1 << 18
"""States of the automaton."""
GRAMMAR_EDGES: Final = 1 << 20
"""Transitions of the automaton; its accept entries have the same cap."""
GRAMMAR_LABELS: Final = 1 << 16
"""Words and list references a transition can be labelled with."""

# --- the command line -----------------------------------------------------------------------------

LINE_BYTES: Final = 64 * 1024
"""One line of `edge run`'s standard input, bytes; the rest of a longer one is skipped unread."""
GOLDEN_SENTENCES: Final = 64
"""Golden answers of a task, at most, that `edge doctor` compares."""

# --- the text model (edge.intent) -----------------------------------------------------------------

SENTENCE_CHARS: Final = 1000
"""A sentence to understand, characters; longer ones are rejected unread."""
SENTENCE_WORDS: Final = 64
"""Words of a sentence that the model reads; also its largest bucket."""
WORD_LETTERS: Final = 64
"""Letters of one word that are looked at for pieces and trigrams."""
VOCABULARY_PIECES: Final = 65_536
"""Word pieces in a vocabulary."""
TAUGHT_WORDS: Final = 20_000
"""Words that a bundle says to be of intents' sentences."""
TAUGHT_WORDS_BYTES: Final = 4 * 1024 * 1024
"""Of the asset that has them."""
CACHED_WORDS: Final = 2048
"""Words whose features are remembered; well above SENTENCE_WORDS."""
COMMANDS: Final = 6
"""Commands of one sentence, joined by "and"."""
LABELS: Final = 4096
"""Intents of a model, and slot labels of a model."""

# --- preferences (edge.preference) ---------------------------------------------------------------

CATALOGUE_ITEMS: Final = 2_000_000
"""Items of one catalogue; the file that holds their vectors is capped by FILE_BYTES besides."""
CATALOGUE_WIDTH: Final = 512
"""Numbers of one item's vector."""
ITEM_CHARS: Final = 200
"""An action's or item's name, characters."""
POPULATION_TABLES: Final = 16
"""Tables of counts of one bundle."""
POPULATION_ENTRIES: Final = 8_000_000
"""Contexts of one such table; its entries have the same cap."""
HISTORY_EVENTS: Final = 512
"""Events a model reads back, at most."""
CONTEXT_SENSORS: Final = 64
"""Sensors of one moment."""
CONTEXT_TEXT_CHARS: Final = 64
"""A sensor's name, and a text that it says, characters."""
EARLIEST_YEAR: Final = 2015
"""A clock that says an earlier year was never set."""
PERSONS: Final = 5
"""People a household's memory tells apart, the household itself among them."""
MEMORY_ACTIONS: Final = 512
"""Actions one person's memory holds; the one that was least done makes room for a new one."""
MEMORY_CELLS: Final = 2560
"""Counts one person's memory holds; the faintest make room for new ones."""
BLOCKED_ACTIONS: Final = 1024
"""Actions that a household may say are never to be suggested."""
MEMORY_FILE_BYTES: Final = 20 * 1024 * 1024
"""A memory's file, bytes: what the limits above let it grow to, were every character of every name
one that JSON writes as six. A household's of five years has a hundredth of that."""
SUGGESTIONS: Final = 100
"""Suggestions of one call."""

# --- the benchmark (edge.bench) -------------------------------------------------------------------

BENCH_SENTENCES: Final = 2000
"""Sentences of one file that `edge bench` reads: their inputs are held in memory, 7 MB at most."""
BENCH_FILE_BYTES: Final = 8 * 1024 * 1024
"""That file, bytes."""
BENCH_HOMES: Final = 8
"""Sizes of home that one `edge bench --homes` goes through."""
BENCH_AUDIO_SECONDS: Final = 600
"""Recordings that it listens to."""

# --- audio (edge.voice.pcm, edge.voice.sources) ---------------------------------------------------

AUDIO_RATE_MIN: Final = 8_000
AUDIO_RATE_MAX: Final = 48_000
"""Samples a second that are brought to 16,000."""
AUDIO_CHANNELS: Final = 32
"""Channels that are mixed down to one."""
AUDIO_PUSH_SAMPLES: Final = 16_000 * 3600
"""Samples of all channels in one push: an hour of 16 kHz mono; longer recordings go in pieces."""
AUDIO_QUEUE_SECONDS: Final = 5
"""Sound from a microphone that waits to be taken; older sound is dropped and counted."""

# --- spoken commands: the search (edge.voice) -----------------------------------------------------

SPEECH_FRAMES: Final = 3000
"""Frames of one utterance that are searched, a minute; later ones are not looked at."""
SPEECH_BEAM: Final = 4096
"""Hypotheses kept from frame to frame, at most."""
SPEECH_PREFIXES: Final = 32_768
"""Beginnings of sentences that one search remembers, about 4 MB; those given up make room."""
SPEECH_STATES: Final = 8_192
"""States of a search graph that are remembered, about 3 MB; then it forgets them and goes on."""
SPEECH_SENTENCES: Final = 200_000
"""Sentences of a list that may be said, and names and values that a grammar may use."""
SPEECH_LETTERS: Final = 4_000_000
"""Letters of all of those together; a graph takes about 8 bytes for each."""
SPEECH_NUMBERS: Final = 1000
"""Numbers of one range that are spelled out; of a longer range any row of number words goes."""
SPEECH_LISTED_BYTES: Final = 1024 * 1024
"""Size of a list of pronunciations."""
SPEECH_WORDS_BYTES: Final = 256 * 1024
"""Size of a list of common words, unpacked; its table takes up to a hundred times as much."""
SPEECH_PRONUNCIATIONS: Final = 8192
"""Words whose pronunciations are remembered, about 2 MB; then they are forgotten and read anew."""

# --- the acoustic model (edge.voice.acoustic) -----------------------------------------------------

SPEECH_LABEL_CHARS: Final = 256
"""Characters that name what it tells apart."""
SPEECH_CHUNK: Final = 16_000
"""Samples that its graph takes at a time: a second; what is heard waits that long."""
SPEECH_EARLY: Final = 500
"""Frames that it gives before the first that is about the audio: it would lag by ten seconds."""
SPEECH_SETTLE: Final = 200
"""Chunks of silence that it is run on when it is loaded."""
