"""What `edge doctor` runs in a process of its own, because it may kill that process.

`python -m edge.doctor.child [BUNDLE [PROFILE]]` writes one JSON object a line to standard output:
first `{"step": NAME}` when a step begins, then `{"step": NAME, "ok": bool, "detail": str, …}`. A
step without a second line is the one the process died in.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, TextIO

from edge.errors import EdgeError

Result = tuple[bool, str, dict[str, Any]]
"""Whether the step went well, what to say, and further fields for the parent."""


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
    except EdgeError as error:
        allowed = f"; allowed: {error.allowed}" if error.allowed else ""
        detail = f"{error.where}: {error.what}{allowed}" if error.where else error.what + allowed
        ok, more = False, {"help": error.hint} if error.hint else {}
    except Exception as error:  # whatever it is, the parent has to be told it
        ok, detail, more = False, f"{type(error).__name__}: {' '.join(str(error).split())}", {}
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
    from edge.doctor.golden import problems

    found = problems()
    return not found, "; ".join(found) or "float and int8 products are right", {}


def _bundle(path: str, profile: str | None, before_mb: float) -> Result:
    from edge.bundle.bundle import Bundle

    bundle = Bundle.open(path, profile=profile)
    from edge.doctor import golden_answers  # late: a bundle that is refused needs no more memory
    from edge.runtime import Runtime

    def golden(task: str) -> Any:
        return bundle.tasks.get(task, {}).get("golden", ())

    with Runtime.load(path, profile=profile) as runtime:
        wrong = golden_answers.wrong_sentences(
            golden("intent"), lambda text: runtime.understand(text).to_dict()
        )
        wrong += golden_answers.wrong_suggestions(golden("preference"), runtime)
        wrong += golden_answers.wrong_sounds(golden("speech"), bundle)
    more = {
        "variant": bundle.variant.profile,
        "memory_mb": round(_peak_memory_mb() - before_mb, 1),
        "hears": "speech" in bundle.tasks,
        "sentences": len(golden("intent")),
        "courses": len(golden("preference")),
        "sounds": len(golden("speech")),
    }
    name = f"{bundle.name} {bundle.version}, variant {bundle.variant.profile}"
    if wrong:
        return False, f"{name}: {'; '.join(wrong[:3])}", more
    kinds = (("sentences", "sentences"), ("courses", "suggestions"), ("sounds", "sounds"))
    counted = [f"{more[key]} golden {kind} right" for key, kind in kinds if more[key]]
    return True, f"{name}: {', '.join(counted) or 'it has no golden answers'}", more


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)  # bytes there, KiB elsewhere


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
