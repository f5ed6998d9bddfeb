"""What a runtime makes of a bundle's assets: its home, and what reads text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from edge.bundle import strict_json
from edge.grammar.grammar import Grammar
from edge.home.home import Home
from edge.intent.model import TASK as INTENT
from edge.intent.model import IntentModel
from edge.intent.slots import SlotSchema
from edge.intent.taught_words import ROLE, TaughtWords
from edge.intent.understanding import TextUnderstanding
from edge.limits import HOME_FILE_BYTES, MANIFEST_DEPTH

if TYPE_CHECKING:
    from edge.bundle.bundle import Bundle

SPEECH: Final = "speech"
ACTIVITY: Final = "activity"


def sample_home(bundle: Bundle) -> Home:
    """The home that comes with the bundle; an empty one where none does."""
    found = (bundle.tasks.get(task, {}).get("assets", {}).get("home") for task in (INTENT, SPEECH))
    path = next((path for path in found if path is not None), None)
    if path is None:
        return Home()
    data = strict_json.loads(
        bundle.asset(path), path, most_bytes=HOME_FILE_BYTES, most_depth=MANIFEST_DEPTH
    )
    return Home.from_dict(data, where=path)


def understanding(bundle: Bundle, model: IntentModel, home: Home) -> TextUnderstanding:
    """What reads text: the home's sentences, and the model."""
    task = bundle.tasks[INTENT]
    assets = task.get("assets", {})
    grammar, words = assets.get("grammar"), assets.get(ROLE)
    found = TextUnderstanding(
        model,
        Grammar.from_bytes(bundle.asset(grammar)) if grammar else None,
        SlotSchema.from_dict(task.get("slot_schema", {})),
        home,
        TaughtWords.from_bytes(bundle.asset(words), model.intents) if words else None,
    )
    found.prepare()
    return found


def sentences_only(bundle: Bundle, home: Home) -> TextUnderstanding | None:
    """What reads the sentences that a bundle without a model of text listens for; None where it
    has none."""
    path = bundle.tasks[SPEECH].get("assets", {}).get("grammar")
    if path is None:
        return None
    return TextUnderstanding(None, Grammar.from_bytes(bundle.asset(path)), SlotSchema({}), home)
