"""What a run folder keeps of a page of templates: the grammar, what its slots take, the home."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from edge.home.home import Home
from export.files import write_atomic
from export.grammar.compiler import CompiledGrammar

HOME_FILES: Mapping[str, str] = {"grammar": "grammar.bin", "home": "home.json"}
"""Role in the manifest → file of a run folder, present where there is a page of templates."""
SLOT_SCHEMA = "slot_schema.json"


def write(grammar: CompiledGrammar, home: Home | None, folder: Path) -> None:
    """Puts them into the run folder; one that is without a home gets none."""
    write_atomic(folder / HOME_FILES["grammar"], grammar.data)
    write_atomic(folder / SLOT_SCHEMA, json.dumps(grammar.schema, sort_keys=True))
    if home is not None:
        text = json.dumps(home.to_dict(), ensure_ascii=False, separators=(",", ":"))
        write_atomic(folder / HOME_FILES["home"], text)


def remove(folder: Path) -> None:
    """Takes away those of an earlier run."""
    for name in (*HOME_FILES.values(), SLOT_SCHEMA):
        (folder / name).unlink(missing_ok=True)
