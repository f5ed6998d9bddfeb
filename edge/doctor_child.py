"""What `edge doctor` runs in a process of its own, because it may kill that process.

`python -m edge.doctor_child [BUNDLE [PROFILE]]` writes one JSON object a line to standard output:
first `{"step": NAME}` when a step begins, then `{"step": NAME, "ok": bool, "detail": str, …}`. A
step without a second line is the one the process died in.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from edge.limits import GOLDEN_SENTENCES

if TYPE_CHECKING:
    from edge.runtime import Runtime

Result = tuple[bool, str, dict[str, Any]]
"""Whether the step went well, what to say, and further fields for the parent."""

SCORE_TOLERANCE = 0.05
"""How far a score may be from the golden one: kernels round differently between processors."""


def main(arguments: list[str]) -> int:
    """Run the steps in order and stop at the first that fails; 0 when none did."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # dying is expected; a core file is not
    # Libraries that print to standard output must not garble the report.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as report:
        os.dup2(2, 1)
        bundle = arguments[0] if arguments else ""
        profile = arguments[1] if len(arguments) > 1 else None
        imports = _steps_of_imports()
        if not all(_step(report, name, step) for name, step in imports.items()):
            return 1
        if not bundle:
            return 0
        before = _peak_memory_mb()
        return 0 if _step(report, "bundle", lambda: _bundle(bundle, profile, before)) else 1


def _step(report: TextIO, name: str, step: Callable[[], Result]) -> bool:
    print(json.dumps({"step": name}), file=report, flush=True)
    try:
        ok, detail, more = step()
    except Exception as error:  # whatever it is, the parent has to be told it
        ok, detail, more = False, f"{type(error).__name__}: {error}", {}
    line = {"step": name, "ok": ok, "detail": detail, **more}
    print(json.dumps(line), file=report, flush=True)
    return ok


def _steps_of_imports() -> dict[str, Callable[[], Result]]:
    return {"numpy": _numpy, "onnxruntime": _onnxruntime, "golden graph": _golden_graph}


def _numpy() -> Result:
    import numpy

    return True, f"numpy {numpy.__version__}", {"version": numpy.__version__}


def _onnxruntime() -> Result:
    import onnxruntime

    providers = onnxruntime.get_available_providers()
    if "CPUExecutionProvider" not in providers:
        return False, f"no CPU provider in this build, only {', '.join(providers)}", {}
    version = str(onnxruntime.__version__)
    return True, f"onnxruntime {version}", {"version": version}


def _golden_graph() -> Result:
    from edge.golden import problems

    found = problems()
    return not found, "; ".join(found) or "float and int8 products are right", {}


def _bundle(path: str, profile: str | None, before_mb: float) -> Result:
    from edge.bundle import Bundle

    bundle = Bundle.open(path, profile=profile)
    from edge.runtime import Runtime  # after it: a bundle that is refused needs no more memory

    sentences = bundle.tasks.get("intent", {}).get("golden", [])
    courses = bundle.tasks.get("preference", {}).get("golden", [])
    runtime = Runtime.load(path, profile=profile)
    try:
        wrong = golden_differences(sentences, lambda text: runtime.understand(text).to_dict())
        wrong += course_differences(courses, runtime)
    finally:
        runtime.close()
    more = {
        "variant": bundle.variant.profile,
        "memory_mb": round(_peak_memory_mb() - before_mb, 1),
        "sentences": len(sentences),
        "courses": len(courses),
    }
    name = f"{bundle.name} {bundle.version}, variant {bundle.variant.profile}"
    if wrong:
        return False, f"{name}: {'; '.join(wrong[:3])}", more
    counted = []
    if "intent" in runtime.tasks:
        counted.append(f"{len(sentences)} golden sentences right" if sentences else _NO_SENTENCES)
    if courses:
        counted.append(f"{len(courses)} golden suggestions right")
    return True, f"{name}: {', '.join(counted) or 'it has no golden suggestions'}", more


_NO_SENTENCES = "it has no golden sentences"


def course_differences(golden: object, hub: Runtime) -> list[str]:
    """Which golden courses of events lead to another first suggestion than the bundle says.

    Args:
        golden: what the bundle's manifest has: a list of `{"events": […], "at": time, "action":
            str}`, with events as docs/interaction-log.md has them, and `context` beside `at` where
            it matters.
        hub: which forgets everything before each.
    """
    from edge.errors import EdgeError
    from edge.preference.event_line import read_event, read_time

    if not isinstance(golden, list | tuple) or len(golden) > GOLDEN_SENTENCES:
        return [f"'golden' is no list of at most {GOLDEN_SENTENCES} courses of events"]
    wrong = []
    for number, entry in enumerate(golden):
        hub.forget()
        try:
            for row in entry["events"]:
                event = read_event(row)
                hub.observe(
                    event.action, event.time, event.context, event.person, event.value, event.rating
                )
            found = hub.suggest(read_time(entry["at"]), entry.get("context"), everything=True)
            expected = entry["action"]
        except (TypeError, KeyError, AttributeError, EdgeError) as error:
            form = "{'events': […], 'at': …, 'action': …}"
            wrong.append(f"golden course {number} is not {form}: {error!r}")
            continue
        first = found[0].action if found else "nothing"
        if first != expected:
            wrong.append(f"golden course {number} suggests {first!r}, it should be {expected!r}")
    return wrong


def golden_differences(golden: object, understand: Callable[[str], Mapping[str, Any]]) -> list[str]:
    """Which golden sentences are answered otherwise than the bundle says they should be.

    Args:
        golden: what the bundle's manifest has: a list of `{"text": str, "result": {…}}`. Of a
            result only the keys given are compared; scores may differ by `SCORE_TOLERANCE`.
        understand: a sentence to its result as plain data.
    """
    if not isinstance(golden, list | tuple) or len(golden) > GOLDEN_SENTENCES:
        return [f"'golden' is no list of at most {GOLDEN_SENTENCES} sentences"]
    wrong = []
    for number, entry in enumerate(golden):
        text = entry.get("text") if isinstance(entry, Mapping) else None
        expected = entry.get("result") if isinstance(entry, Mapping) else None
        if not isinstance(text, str) or not isinstance(expected, Mapping):
            wrong.append(f"golden sentence {number} is not {{'text': …, 'result': {{…}}}}")
            continue
        found = understand(text)
        wrong.extend(
            f"{text!r} gives {key} {found.get(key)!r}, it should be {value!r}"
            for key, value in expected.items()
            if not _same(key, found.get(key), value)
        )
    return wrong


def _same(key: str, found: object, expected: object) -> bool:
    if key == "score" and isinstance(found, int | float) and isinstance(expected, int | float):
        return abs(found - expected) <= SCORE_TOLERANCE
    return _plain(found) == _plain(expected)


def _plain(value: object) -> object:
    """Read-only mappings and tuples of a manifest compare like the dicts and lists of JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # bytes there, KiB elsewhere


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
