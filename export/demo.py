"""`make demo`: the whole way from a page of sentences to a bundle that answers, on the sample home.

Every step is a command that can be typed; it is shown before it runs.
"""

from __future__ import annotations

import io
import shlex
import sys
import time
from pathlib import Path

from edge.cli import main as edge

SAMPLE = Path(__file__).parent / "samples" / "home"
PROFILES = "raspberry-pi-4,x86-64-hub"
SENTENCES = """\
turn off the kitchen lights
could you maybe switch the floor lamp on for me
set the night light to twenty one percent
make it twenty two and a half degrees in the living room
turn on the kettle and close the bedroom curtains
hoover the hallway please
put oat milk and two lemons on the shopping list
is the back door locked
play something by miles davis
set a timer for an hour and five minutes
turn on the porch lamp
turn on the reading lamp
lock the submarine
what is the capital of portugal
I turned off the stove yesterday
könntest du bitte das licht ausmachen
"""


def main() -> int:
    """Train, export, verify, answer, measure; returns the first exit status that is not 0."""
    started = time.perf_counter()
    run, bundle = Path("runs/demo"), Path("runs/demo/home.edge")
    print("A home of devices and a page of sentence templates become a bundle that answers.\n")
    steps = [
        ["train", "intent", "--data", str(SAMPLE), "--out", str(run),
         "--settings", str(SAMPLE / "settings.toml")],
        ["export", str(run), "--out", str(bundle), "--name", "sample-home",
         "--profiles", PROFILES],
        ["verify", str(bundle)],
    ]  # fmt: skip
    for step in steps:
        if status := command(step):
            return status
    sentences = run / "sentences.txt"
    sentences.write_text(SENTENCES, "utf-8")
    if status := answer(bundle, SENTENCES):
        return status
    if status := command(["bench", str(bundle), "--sentences", str(sentences), "--quick"]):
        return status
    print(f"\nall of it took {time.perf_counter() - started:.0f} s")
    print(f'go on: .venv/bin/edge run {bundle} --text "dim the kitchen lights"')
    return 0


def command(arguments: list[str]) -> int:
    """Shows and runs one `edge` command."""
    print(f"\n$ edge {shlex.join(arguments)}", flush=True)
    return edge(arguments)


def answer(bundle: Path, sentences: str) -> int:
    """`edge run` with the sentences on its standard input, each shown above its answer."""
    from edge.commands.run import describe
    from edge.runtime import Runtime

    print(f"\n$ edge run {bundle} < sentences.txt\n", flush=True)
    with Runtime.load(bundle) as hub:
        for sentence in io.StringIO(sentences):
            print(f"  {sentence.rstrip()}\n      {describe(hub.understand(sentence.rstrip()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
