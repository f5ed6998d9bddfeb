"""Writes tests/edge/golden/tiny.json: what the tiny bundle answers, number by number.

    python -m tests.edge.golden_tiny

Run it when an answer was meant to change, and read the difference before keeping it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from edge.runtime import Runtime
from tests.edge.tiny_bundle import HERE, make_tiny_bundle

FILE = Path(__file__).parent / "golden" / "tiny.json"

SENTENCES = (
    "turn on the porch light",
    "Turn OFF the fan, please!",
    "dim the reading lamp to 40 percent",
    "set the porch light to twenty five percent",
    "the heater in the garage off",
    "make it off the fan and porch light",
    "turn on the fan and dim the porch light to 20",
    "turn on the zebra lamp",
    "turn off the heater",
    "set the porch light to 140 percent",
    "turn the fan on off",
    "tell me a story",
    "schalte bitte die Küchenlampe ein",
    "café ２０ 🙂",
)


def answers(runtime: Runtime) -> list[dict[str, Any]]:
    """For each sentence the features, the graph's outputs, the frame and the answer."""
    return [_answer(runtime, text) for text in SENTENCES]


def _answer(runtime: Runtime, text: str) -> dict[str, Any]:
    model = runtime.intent
    features = model.encode(text).copy()
    intent, tags = model.session.run(["intent", "tags"], {"features": features})
    frame = model.read(text)
    assert frame is not None
    return {
        "text": text,
        "features": features[0].tolist(),
        "intent": [round(float(value), 5) for value in intent],
        "tags": [[round(float(value), 5) for value in row] for row in tags],
        "frame": {
            "intent": frame.intent,
            "slots": [[slot.label, slot.text, slot.start, slot.end] for slot in frame.slots],
            "intent_probability": round(frame.intent_probability, 6),
            "out_of_scope": round(frame.out_of_scope, 6),
            "tags_probability": round(frame.tags_probability, 6),
            "score": round(frame.score, 6),
        },
        "answer": _settled(runtime.understand(text).to_dict()),
    }


def _settled(answer: dict[str, Any]) -> dict[str, Any]:
    """Without the wording of its reason, which may be improved at any time."""
    return {key: value for key, value in answer.items() if key != "reason"}


def main() -> None:
    """Make the bundle, ask it, write the file."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = make_tiny_bundle(Path(folder) / "tiny.edge")
        with Runtime.load(bundle, profile=HERE) as runtime:
            found = answers(runtime)
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in found)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
