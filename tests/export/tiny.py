"""A corpus, a home and an encoder so small that a whole training takes seconds."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance
from export.corpora.jsonl import utterance_to_dict

NAMES = (
    "lamp,fan,heater,kettle,radio,porch light,reading lamp,floor lamp,coffee machine,garage door,"
    "night light,air purifier,ceiling fan,desk lamp,towel rail"
).split(",")
ARTISTS = "miles davis,nina simone,abba,blur,chet baker,the beatles,bach,can".split(",")
NUMBERS = "10,15,20,25,30,40,50,60,75,80,90".split(",")
PATTERNS = {
    "turn_on": ("turn on the {name}", "switch the {name} on", "the {name} on please"),
    "turn_off": ("turn off the {name}", "switch the {name} off", "the {name} off please"),
    "set_brightness": ("set the {name} to {brightness} percent", "dim the {name} to {brightness}"),
    "play": ("play some {artist}", "put on a record by {artist}"),
    OUT_OF_SCOPE: ("what is a {name} worth", "who was {artist}", "i bought {brightness} of these"),
}
"""Intent → what is said for it; out of scope with the same words, so that words do not tell."""
_VALUES = {"name": NAMES, "artist": ARTISTS, "brightness": NUMBERS}


def utterances(count: int = 240, seed: int = 0) -> list[Utterance]:
    """At most `count` different sentences in a random order, no intent far ahead of the others."""
    rng = random.Random(seed)
    every: list[Utterance] = []
    for intent, patterns in PATTERNS.items():
        found: dict[str, Utterance] = {}
        for pattern in patterns:
            _fill(pattern, (), intent, found)
        every += rng.sample(list(found.values()), min(len(found), 60))
    rng.shuffle(every)
    return every[:count]


def _fill(text: str, slots: tuple[SlotSpan, ...], intent: str, out: dict[str, Utterance]) -> None:
    start = text.find("{")
    if start < 0:
        out[text] = Utterance(text, intent, () if intent == OUT_OF_SCOPE else slots)
        return
    label = text[start + 1 : text.index("}")]
    for value in _VALUES[label]:
        filled = text.replace(f"{{{label}}}", value, 1)
        _fill(filled, (*slots, SlotSpan(label, start, start + len(value))), intent, out)


def write_corpus(path: Path, count: int = 200, seed: int = 0, unlabelled: int = 10) -> Path:
    """The sentences as one JSONL file that says every sentence's split."""
    rows = []
    found = utterances(count + unlabelled, seed)
    for index, item in enumerate(found):
        if index >= count:
            rows.append({"text": item.text})
        else:
            split = "dev" if index % 6 == 0 else "test" if index % 12 == 1 else "train"
            rows.append(utterance_to_dict(item, split))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


HOME = """
[[areas]]
id = "kitchen"
name = "Kitchen"

[[devices]]
id = "light.reading"
name = "Reading lamp"
area = "kitchen"
kind = "light"

[[devices]]
id = "fan.ceiling"
name = "Ceiling fan"
area = "kitchen"
kind = "fan"
"""

SENTENCES = """
language: en
intents:
  TurnOn:
    data:
      - sentences:
          - "turn on [the] {name}"
          - "switch [the] {name} on"
  TurnOff:
    data:
      - sentences:
          - "turn off [the] {name}"
          - "switch [the] {name} off"
  SetBrightness:
    data:
      - sentences:
          - "(dim|set) [the] {name} to {brightness} [percent]"
lists:
  brightness:
    range:
      from: 0
      to: 100
"""


def write_home(folder: Path) -> Path:
    """A page of templates, two devices and a list of sentences that are no command."""
    (folder / "sentences").mkdir(parents=True)
    (folder / "sentences" / "lights.yaml").write_text(SENTENCES, "utf-8")
    (folder / "home.toml").write_text(HOME, "utf-8")
    outside = [item.text for item in utterances() if item.intent == OUT_OF_SCOPE]
    (folder / "out_of_scope.txt").write_text("\n".join(outside) + "\n", "utf-8")
    return folder


def write_encoder(folder: Path, words: list[str] | None = None) -> Path:
    """A `transformers` encoder with seeded random weights, and its tokenizer, as a folder.

    Args:
        words: its vocabulary besides single letters; the words of `utterances` when left out.
    """
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    if words is None:
        words = sorted({word for item in utterances() for word in item.text.split()})
    letters = "abcdefghijklmnopqrstuvwxyz0123456789'.-"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    vocabulary = list(dict.fromkeys(pieces + words))
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", "utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.1,
        max_position_embeddings=130,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def settings(encoder: Path, **student: Any) -> dict[str, Any]:
    """What `edge train` takes as settings: as little of everything as still learns."""
    return {
        "teachers": 1,
        "student_alone": False,
        "teacher": {
            "encoder": str(encoder),
            "epochs": 5,
            "batch_size": 8,
            "learning_rate": 5e-3,
            "head_learning_rate": 5e-3,
            "train_embeddings": True,
        },
        "student": {
            "embedding": 16,
            "width": 32,
            "trigram_buckets": 128,
            "epochs": 4,
            "batch_size": 8,
            "learning_rate": 2e-2,
            "augmented": 300,
        }
        | student,
    }


def write_settings(path: Path, data: dict[str, Any]) -> Path:
    """`data` as TOML: values and one level of tables."""
    plain = [
        f"{key} = {json.dumps(value)}" for key, value in data.items() if type(value) is not dict
    ]
    tables = [
        "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())])
        for name, table in data.items()
        if type(table) is dict
    ]
    path.write_text("\n".join(plain + tables) + "\n", "utf-8")
    return path
