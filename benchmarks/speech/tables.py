"""The tables of the speech family, as Markdown: see `benchmarks.tables`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.shown import (
    NoRows,
    accuracy_footer,
    commits,
    figure,
    footer,
    markdown,
    measured,
    timed,
)
from benchmarks.speech.names import OVER

FILES = ("speech-accuracy", "speech-domains", "speech-speed", "speech-peers")
"""Results files; each is a group of `python -m benchmarks --only`."""
_SETS = {
    "speechocean762": "prompts (speechocean762, test)",
    "librispeech_dev_clean_half": "read books (LibriSpeech, three people)",
    "speech_commands_sample": "30 words (Speech Commands)",
}
_WANTED = 0.5
"""False accepts an hour, of the column that says what could be had at most."""

Results = Mapping[str, Any]
Make = Callable[[Results], str]


def _closed(results: Results) -> str:
    lines = [
        [
            _SETS.get(row["set"], row["set"]),
            row["condition"],
            _many(row["recordings"]),
            _many(row["speakers"]),
            _many(row["sentences"]),
            measured(row["right"]),
            measured(row["letter_errors"]),
        ]
        for row in _rows(results, "rows", "speech-accuracy")
    ]
    head = ["said", "heard in", "recordings", "people", "one of", "right, %", "letters wrong, %"]
    scheme = results["rows"][0]["scheme"]
    return (
        f"{markdown(head, lines, range(2, 7))}\nThe {scheme} model, streaming, as the runtime runs "
        "it. Right: the sentence said was chosen from the closed list. Letters wrong: of the free "
        f"transcript, which knows common words and no list. {_limited(results)}"
        f"{_over([row['right'] for row in results['rows']])}{accuracy_footer(results)}\n"
    )


def _float(results: Results) -> str:
    lines: list[list[str]] = []
    for row in _rows(results, "float", "speech-accuracy"):
        ours, exact = row["ours"], row["float"]
        lines.append(
            [
                str(_SETS.get(row["set"], row["set"])),
                _many(ours["recordings"]),
                measured(ours["right"]),
                measured(exact["right"]),
                _points(exact["right"], ours["right"]),
                _points(ours["letter_errors"], exact["letter_errors"]),
            ]
        )
    head = ["said, in quiet", "recordings", f"{results['float'][0]['scheme']}, right, %",
            "float, right, %", "lost, points", "more letters wrong, points"]  # fmt: skip
    table = markdown(head, lines, range(1, 6))
    over = _over([row[who]["right"] for row in results["float"] for who in ("ours", "float")])
    return f"{table}\n{_limited(results)}{over}{accuracy_footer(results)}\n"


def _no_commands(results: Results) -> str:
    found = results.get("no_commands")
    if not found:
        raise _missing("no_commands", "speech-accuracy")
    lines = [
        [
            _SETS.get(row["set"], row["set"]),
            _many(row["recordings"]),
            measured(row["accepted"]),
            ", ".join(f"{name} {count}" for name, count in row["by"].items()) or "–",
        ]
        for row in found["rows"]
    ]
    lines.append(["all", _many(found["all"]["count"]), measured(found["all"]), ""])
    table = markdown(["said", "recordings", "taken for a command, %", "by"], lines, (1, 2))
    text = "" if found["reads_text"] else " Without a model of text."
    over = _over([*(row["accepted"] for row in found["rows"]), found["all"]])
    return (
        f"{table}\nSpeech that is no command of the sample home, in quiet.{text} "
        f"{_limited(results)}{over}{accuracy_footer(results)}\n"
    )


def _wake(results: Results) -> str:
    lines = []
    for row in _rows(results, "wake", "speech-accuracy"):
        at, fixed, best = row["at_threshold"], row["fixed"], _point(row["curve"])
        lines.append(
            [
                row["phrase"],
                row["condition"],
                _many(row["calls"]),
                f"{row['hours']:.2f}",
                figure(100 * best["misses"]),
                figure(100 * fixed["misses"]),
                figure(fixed["false_accepts"]),
                figure(100 * at["misses"]),
                figure(at["false_accepts"]),
            ]
        )
    head = ["phrase", "heard in", "calls", "hours of other speech",
            f"missed at ≤ {_WANTED:g} false accepts/h, %",
            "missed with the threshold of this in quiet, %", "false accepts/h with it",
            "missed with the bundle's threshold, %", "false accepts/h with it"]  # fmt: skip
    table = markdown(head, lines, range(2, 9))
    return f"{table}\n{_limited(results)}{commits(results)}\n"


def _point(curve: Sequence[Results]) -> Results:
    """The point with the fewest misses that keeps to the wanted rate."""
    kept = [point for point in curve if point["false_accepts"] <= _WANTED] or list(curve[:1])
    return min(kept, key=lambda point: float(point["misses"]))


def _card(results: Results) -> str:
    card = results.get("card")
    if not card:
        raise _missing("card", "speech-accuracy")
    lines = [
        ["what runs here", f"{card['scheme']}, {card['graph_bytes'] / 1024:.0f} KiB"],
        ["voice activity", f"{card['activity_bytes'] / 1024:.0f} KiB"],
        *(
            [["pronunciation", f"{card['pronunciation_bytes'] / 1024:.0f} KiB"]]
            if "pronunciation_bytes" in card
            else []
        ),
        ["the bundle, for this board", f"{card['bundle_bytes'] / 1024:.0f} KiB"],
        ["the bundle, for all boards", f"{card['all_boards_bytes'] / 1024:.0f} KiB"],
        ["audio after a sound that it waits for", f"{1000 * card['lag']:.0f} ms"],
    ]
    for who, found in card.get("training", {}).items():
        shown = ", ".join(
            f"{title} {found[key]:.2f} %"
            for key, title in (("clean", "in quiet"), ("noisy", "in noise"))
            if key in found
        )
        took = f" ({found['seconds'] / 60:.0f} min)" if "seconds" in found else ""
        lines.append([f"letters right on dev, {who}", f"{shown}{took}"])
    return f"{markdown(['model card', ''], lines, [1])}\n{commits(results)}\n"


# --- domains -------------------------------------------------------------------------------------


def _domains(results: Results) -> str:
    rows = _rows(results, "rows", "speech-domains")
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    lines = []
    for key in dict.fromkeys((row["domain"], row["model"]) for row in rows):
        own = {row["condition"]: row for row in rows if (row["domain"], row["model"]) == key}
        one = next(iter(own.values()))
        rejected = sum(
            row["recordings"] * (1 - row["right"]["value"] - row["wrong"]["value"])
            for row in own.values()
        )
        lines.append(
            [
                f"{key[0]}: {_many(one['sentences'])} sentences, {one['recordings']} recordings"
                + (f", {one['speakers']} people" if one["speakers"] else ""),  # 0: not known
                f"**{key[1]}**" if key[1] == "specialised" else key[1],
                *(measured(own[name]["right"]) if name in own else "–" for name in conditions),
                *(
                    figure(100 * own[name]["best_guess_right"]["value"]) if name in own else "–"
                    for name in conditions
                ),
                f"{round(rejected)}",
            ]
        )
    head = ["domain", "model", *(f"right, {name}, %" for name in conditions),
            *(f"best guess, {name}, %" for name in conditions), "rejected in all"]  # fmt: skip
    return (
        f"{markdown(head, lines, range(2, len(head)))}\nRight: one command came of the stream, "
        "with every word of it right. Best guess: the likeliest sentence of the whole recording, "
        f"were nothing ever rejected. {_limited(results)}"
        f"{_over([row['right'] for row in rows])}{accuracy_footer(results)}\n"
    )


# --- time and memory -----------------------------------------------------------------------------


def _streams(results: Results) -> str:
    streams = results.get("streams")
    if not streams:
        raise _missing("streams", "speech-speed")
    lines = []
    for name, found in streams.items():
        # Results used to have no commands but those among what people say.
        spoken = [found[kind] for kind in ("speech", "commands") if kind in found]
        commands, refusals = (sum(one[key] for one in spoken) for key in ("commands", "rejections"))
        longest = max(one["longest_answer_ms"] for one in spoken)
        lines.append(
            [
                name,
                _factor(found["speech"]["speech_real_time_factor"]),
                _factor(found["silence"]["silence_real_time_factor"]),
                _many(commands),
                _many(refusals),
                f"{longest:.1f} ms" if commands + refusals else "–",
            ]
        )
    head = ["listening", "real-time factor while somebody speaks", "in silence",
            "commands", "refusals", "longest answer"]  # fmt: skip
    return f"{markdown(head, lines, range(1, 6))}\n{footer(results)}\n"


def _memory(results: Results) -> str:
    found = results.get("memory")
    if not found:
        raise _missing("memory", "speech-speed")
    growth = found["growth"]
    lines = [
        ["resident, over bare imports, after a minute", f"{found['resident_mb']:.1f} MiB"],
        ["of it written to", f"{found['private_mb']:.1f} MiB"],
        [f"the most in {growth['hours']:.3g} h of audio", f"{growth['most_mb']:.1f} MiB"],
        ["at their end more than half way", f"{growth['mb']:.1f} MiB"],
    ]
    return f"{markdown(['a process that listens', 'memory'], lines, [1])}\n{footer(results)}\n"


def _peers(results: Results) -> str:
    lines = [
        [
            row["grammar"],
            f"**{row['model']}**" if row["ours"] else row["model"],
            _many(row["recordings"]),
            measured(row["right"]),
            _factor(row["real_time_factor"]),
            "–" if row["ours"] else f"{row['times_ours']:.2f}×",
        ]
        for row in _rows(results, "recognisers", "speech-peers")
    ]
    head = ["grammar", "recogniser", "recordings", "right, %", "real-time factor", "times ours"]
    over = _over([row["right"] for row in results["recognisers"]])
    table = markdown(head, lines, range(2, 6))
    return f"{table}\n{over}In brackets: 95 % interval. {footer(results)}\n"


# --- what they share -----------------------------------------------------------------------------


def _rows(results: Results, key: str, source: str) -> Sequence[Results]:
    rows: Sequence[Results] = results.get(key) or ()
    if not rows:
        raise _missing(key, source)
    return rows


def _missing(what: str, source: str) -> NoRows:
    return NoRows(
        f"{source}.json has nothing for {what}",
        hint=f"python -m benchmarks --only {source} --data … --bundle speech=…",
    )


def _limited(results: Results) -> str:
    limit = results.get("limit")
    return f"**At most {limit:,} recordings of each set.** " if limit else ""


def _over(shares: Sequence[Results]) -> str:
    """What the intervals of shares take as independent; results used to take all recordings so."""
    kinds = {share.get(OVER, "recordings") for share in shares}
    if kinds == {"recordings"}:
        return "Intervals of shares of recordings take these as independent, whoever speaks. "
    if kinds == {"people"}:
        return "Intervals are over people. "
    return "Intervals are over people, or over recordings where fewer than ten people are known. "


def _points(more: Results, less: Results) -> str:
    return f"{100 * (more['value'] - less['value']):+.2f}"


def _many(count: int) -> str:
    return f"{count:,}"


def _factor(value: float) -> str:
    return f"{value:.4f}"


TABLES: dict[str, tuple[str, Make]] = {
    "speech-card": ("speech-accuracy", _card),
    "speech": ("speech-accuracy", _closed),
    "speech-float": ("speech-accuracy", _float),
    "speech-no-commands": ("speech-accuracy", _no_commands),
    "speech-wake": ("speech-accuracy", _wake),
    "speech-domains": ("speech-domains", _domains),
    "speech-streams": ("speech-speed", _streams),
    "speech-speed": ("speech-speed", timed("speech-speed", "over the bare run")),
    "speech-memory": ("speech-speed", _memory),
    "speech-peers": ("speech-peers", _peers),
    "wake-peers": ("speech-peers", timed("wake-peers", "times ours")),
}
"""As `benchmarks.tables.TABLES`."""
