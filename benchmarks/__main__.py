"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
for _name in _THREADS:
    # Before numpy is imported: everything here is measured on one thread unless told otherwise.
    os.environ.setdefault(_name, "1")

from benchmarks import machine, tables  # noqa: E402  (after the threads are set)
from benchmarks.merging import CORPUS_OF_ROWS, merged  # noqa: E402
from benchmarks.preference import groups as preference  # noqa: E402
from benchmarks.preference.names import NAMES as PREFERENCE_BUNDLES  # noqa: E402
from benchmarks.shown import NoRows  # noqa: E402
from benchmarks.speech import groups as speech  # noqa: E402
from benchmarks.speech.names import FAMILY as SPEECH  # noqa: E402
from benchmarks.speech.names import NAMES as SPEECH_BUNDLES  # noqa: E402
from benchmarks.timing import REPEATS, WARM_UP, pinned  # noqa: E402
from edge.errors import EdgeError, UsageError  # noqa: E402
from edge.models import default_bundle  # noqa: E402
from export.files import write_atomic  # noqa: E402

TEXTS = ("home", "snips", "clinc150", "slurp")
"""What a bundle that understands sentences may be given for."""
SAID = "slurp"
"""The folder of what strangers said."""
GROUPS = ("speed", "accuracy", "strangers", "peers", *preference.GROUPS, *speech.GROUPS)
FAMILIES = {"all": GROUPS, SPEECH: speech.GROUPS}
"""What `--only` takes besides one group → the groups it stands for."""

_EXAMPLES = """examples:
  python -m benchmarks --only peers
  python -m benchmarks --only speed --bundle home.edge
  python -m benchmarks --bundle home=home.edge --bundle snips=snips.edge --data corpora
  python -m benchmarks --only preference --bundle beauty=beauty.edge --data corpora
  python -m benchmarks --only learning --bundle household=household.edge
  python -m benchmarks --only speech --bundle speech=speech.edge --data corpora
  python -m benchmarks tables --check
"""


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    result = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed and accuracy beside peers, on one thread; results as JSON.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument(
        "action",
        nargs="?",
        choices=("run", "tables"),
        default="run",
        help="run the benchmarks (default), or write the tables of README.md and docs/",
    )
    result.add_argument("--only", choices=(*GROUPS, *FAMILIES), default="all", help="what to run")
    result.add_argument(
        "--bundle",
        action="append",
        default=[],
        metavar="[CORPUS=]PATH",
        help="a bundle; CORPUS says what it was trained on: home (default), snips, clinc150, "
        f"slurp, {', '.join((*PREFERENCE_BUNDLES, *SPEECH_BUNDLES))}; may be given several times",
    )
    result.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ["EDGE_DATA"]) if os.environ.get("EDGE_DATA") else None,
        help="folder with snips/, clinc150/, slurp/, smartthings_fr/, smartgen/, amazon/, speech/, "
        "noise/, as far as there are (default: the environment's EDGE_DATA)",
    )
    result.add_argument(
        "--out", type=Path, default=tables.RESULTS, help="folder of the results files"
    )
    result.add_argument("--repeats", type=int, default=REPEATS, help=f"default {REPEATS}")
    result.add_argument("--warm-up", type=int, default=WARM_UP, help=f"default {WARM_UP}")
    preference.add_arguments(result)
    speech.add_arguments(result)
    result.add_argument("--core", type=int, help="keep to this processor core")
    result.add_argument(
        "--emulated",
        action="store_true",
        help="this runs under an instruction-set emulator: its times are not shown as times",
    )
    result.add_argument("--json", action="store_true", help="one JSON document on standard output")
    result.add_argument("--check", action="store_true", help="with tables: fail when one is stale")
    return result


def bundles(values: Sequence[str]) -> dict[str, Path]:
    """`[CORPUS=]PATH` arguments as corpus → path.

    Raises:
        UsageError: a corpus that is not known or given twice, or a path where nothing is.
    """
    known = (*TEXTS, *PREFERENCE_BUNDLES, *SPEECH_BUNDLES)
    result: dict[str, Path] = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not equals:
            name, path = "home", value
        if name not in known:
            raise UsageError(f"unknown corpus {name!r}", where="--bundle", allowed=", ".join(known))
        if name in result:
            raise UsageError(f"two bundles for {name!r}", where="--bundle", allowed="one each")
        if not Path(path).exists():
            raise UsageError("no such bundle", where=path, hint="edge export makes one")
        result[name] = Path(path)
    return result


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Runs the groups asked for and writes one results file each; returns them by group.

    Raises:
        UsageError: an argument that cannot be.
        EdgeError: a bundle cannot be loaded.
    """
    if arguments.repeats < 1 or arguments.warm_up < 0:
        raise UsageError("--repeats must be at least 1, --warm-up at least 0")
    given = bundles(arguments.bundle)
    timed = next((given[name] for name in TEXTS if name in given), None)
    chosen = _chosen(arguments, given)
    results: dict[str, Any] = {}
    with pinned(arguments.core):
        for group in chosen:
            results[group] = {
                "schema": 1,
                "run": machine.describe("emulated" if arguments.emulated else "host"),
                **_group(group, arguments, given, timed),
            }
            if group in CORPUS_OF_ROWS and not arguments.limit:
                before = tables.load_results(arguments.out).get(group, {})
                results[group] = merged(results[group], before, CORPUS_OF_ROWS[group])
            text = json.dumps(results[group], indent=1, ensure_ascii=False, sort_keys=True)
            write_atomic(arguments.out / f"{group}.json", text + "\n")
            _report(f"written: {arguments.out / f'{group}.json'}")
    return results


def _chosen(arguments: argparse.Namespace, given: Mapping[str, Path]) -> list[str]:
    """The groups that can run; one that cannot is left out, which is said, or was asked for.

    Raises:
        UsageError: the one group asked for cannot run.
    """
    chosen = []
    for group in FAMILIES.get(arguments.only, (arguments.only,)):
        lacks, allowed = "", "--bundle CORPUS=PATH"
        if group == "speed" and not set(TEXTS) & set(given):
            lacks, allowed = "a bundle", "--bundle PATH"
        elif group == "accuracy" and arguments.data is None:
            lacks, allowed = "test sets", "--data FOLDER, or EDGE_DATA"
        elif group == "strangers" and not (arguments.data and (arguments.data / SAID).is_dir()):
            lacks, allowed = SAID, "--data FOLDER, or EDGE_DATA"
        elif group in preference.GROUPS:
            lacks = preference.lacks(group, given, alone=arguments.only == group)
        elif group in speech.GROUPS:
            lacks, allowed = speech.lacks(group, given, arguments.data), "--bundle speech=PATH"
        if not lacks:
            chosen.append(group)
        elif arguments.only != "all":
            raise UsageError(f"{group} needs {lacks}", allowed=allowed)
        else:
            _report(f"left out: {group} (needs {lacks}: {allowed})")
    return chosen


def _group(
    group: str, arguments: argparse.Namespace, given: dict[str, Path], timed: Path | None
) -> dict[str, Any]:
    pace = {"repeats": arguments.repeats, "warm_up": arguments.warm_up, "report": _report}
    if group in preference.GROUPS:
        return preference.run(group, arguments, given, report=_report)
    if group in speech.GROUPS:
        return speech.run(group, arguments, given, report=_report)
    texts = {name: path for name, path in given.items() if name in TEXTS}
    if group == "speed" and timed is not None:
        from benchmarks.footprint import footprint
        from benchmarks.runtime import speed

        rows = speed(timed, **pace)
        _report("processes of their own: import, load, memory")
        return {"rows": rows, "footprint": footprint(timed)}
    if group == "accuracy":
        from benchmarks.accuracy import devices, training
        from benchmarks.accuracy import rows as accuracy_rows

        return {
            "rows": accuracy_rows(arguments.data, texts, report=_report),
            "devices": devices(texts["home"]) if "home" in texts else [],
            "training": training(texts),
        }
    if group == "strangers":
        from benchmarks.strangers import strangers

        bundle = given["home"] if "home" in given else default_bundle()
        return strangers(arguments.data, bundle, report=_report)
    from benchmarks.peers import peers

    return {"rows": peers(timed, arguments.data, **pace)}


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(results: dict[str, Any]) -> str:
    """The results as the tables that the documents show."""
    parts = []
    for name, (source, make) in tables.TABLES.items():
        if source in results:
            try:
                parts.append(f"{name}\n\n{make(results[source])}")
            except NoRows:
                continue  # that part was left out of this run, which has said so
    return "\n".join(parts)


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 1 failed or stale, 2 misused."""
    arguments = parser().parse_args(argv)
    try:
        if arguments.action == "tables":
            stale = tables.update(
                tables.documents(), tables.load_results(arguments.out), check=arguments.check
            )
            for path in stale:
                print(f"{path}: {'stale' if arguments.check else 'updated'}")
            return 1 if arguments.check and stale else 0
        results = run(arguments)
    except EdgeError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if arguments.json:
        print(json.dumps(results, ensure_ascii=False, sort_keys=True))
    else:
        print(show(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
