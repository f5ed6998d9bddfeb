"""`make demo`: from sentences and made-up households to a bundle that hears and answers.

Every step is a command that can be typed; it is shown before it runs.

    runs/demo/home/          the run that learned what sentences of the sample home mean
    runs/demo/household/     the run that learned what households want next
    runs/demo/home.edge      both, and the acoustic model that ships, as one bundle
    runs/demo/said/          commands said by synthetic voices
    runs/demo/week.html      a week of a household that neither has seen
"""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.cli import main as edge
from edge.errors import UsageError
from edge.events import Command, Rejected, Wake
from edge.home.home import Home
from edge.home.items import Device
from edge.voice.stream import VoiceStream
from export.corpora.interactions import History, Settings, simulate, write_log
from export.recipes.speech.recipe import SHIPPED

SAMPLE = Path(__file__).parent / "samples" / "home"
FOLDER = Path("runs/demo")
PROFILES = "raspberry-pi-4,x86-64-hub"
SENTENCES = """\
turn off the kitchen lights
could you maybe switch the floor lamp on for me
set the night light to twenty one percent
make it twenty two and a half degrees in the living room
turn on the kettle and close the bedroom curtains
turn off the kitchen and living room lights
hoover the hallway please
put oat milk and two lemons on the shopping list
did I put eggs on the shopping list
is the back door locked
play something by miles davis
turn the radio down a little
it is too dark in the study
set a timer for an hour and five minutes
turn on the porch lamp
turn on the reading lamp
lock the submarine
unlock the front door in five minutes
what is the capital of portugal
I turned off the stove yesterday
könntest du bitte das licht ausmachen
"""
SAID = (
    "turn off the kitchen lights",
    "set the night light to twenty one percent",
    "turn on the kettle and close the bedroom curtains",
    "tell me a story about dragons",
)
WAKE = "computer"
SILENCE = np.zeros(16_000, np.float32)
HOUSEHOLDS = """\
# A third of the sample's households for half as long: what else there is to say has its default.
households = 20
days = 30
replacements = 3.0
"""
UNSEEN = 1000
"""The seed of a household that is not among them."""
MONDAY = date(2024, 3, 4)
LINES = 12
"""Of the week, printed: its end, when something has been learned."""


def main() -> int:
    """Train, export, verify, answer, suggest, measure; the first exit status that is not 0."""
    started = time.perf_counter()
    home, household, bundle = FOLDER / "home", FOLDER / "household", FOLDER / "home.edge"
    sentences, households = FOLDER / "sentences.txt", FOLDER / "households.toml"
    FOLDER.mkdir(parents=True, exist_ok=True)
    sentences.write_text(SENTENCES, "utf-8")
    households.write_text(HOUSEHOLDS, "utf-8")
    print("A page of sentence templates and the habits of made-up households become a bundle.")
    steps = [
        ["train", "intent", "--data", str(SAMPLE), "--out", str(home),
         "--settings", str(SAMPLE / "settings.toml")],
        ["train", "preference", "--data", str(households), "--out", str(household),
         "--epochs", "4"],
        ["export", str(home), str(household), str(SHIPPED), "--out", str(bundle),
         "--name", "sample-home", "--profiles", PROFILES],
        ["verify", str(bundle)],
    ]  # fmt: skip
    for step in steps:
        if status := command(step):
            return status
    answer(bundle, SENTENCES)
    hear(bundle, FOLDER / "said")
    if status := live_a_week(bundle, FOLDER):
        return status
    if status := command(["bench", str(bundle), "--sentences", str(sentences), "--quick"]):
        return status
    print(f"\nall of it took {time.perf_counter() - started:.0f} s")
    print(f'go on: .venv/bin/edge run {bundle} --text "dim the kitchen lights to 30 percent"')
    return 0


def command(arguments: list[str]) -> int:
    """Shows and runs one `edge` command."""
    print(f"\n$ edge {shlex.join(arguments)}", flush=True)
    return edge(arguments)


def answer(bundle: Path, sentences: str) -> None:
    """`edge run` with the sentences on its standard input, each shown above its answer."""
    from edge.commands.lines import describe
    from edge.runtime import Runtime

    print(f"\n$ edge run {bundle} < sentences.txt\n", flush=True)
    with Runtime.load(bundle) as hub:
        for sentence in io.StringIO(sentences):
            print(f"  {sentence.rstrip()}\n      {describe(hub.understand(sentence.rstrip()))}")


def hear(bundle: Path, folder: Path) -> None:
    """Commands said by the synthetic voices that are installed, and a person's wake word before
    one, where there are recordings of people (EDGE_DATA)."""
    from edge.runtime import Runtime
    from export.corpora.speech.recording import read_audio
    from export.recipes.speech.lessons.material import made_up

    print(f"\n$ edge run {bundle} --wav {folder}/*.flac\n", flush=True)
    try:
        spoken = made_up(SAID, len(SAID), folder, 3, [])
    except UsageError as error:
        print(f"  nothing to hear: {error}")
        return
    with Runtime.load(bundle) as hub:
        for recording in spoken:
            print(f"  {recording.text}   ({recording.speaker})")
            show(hub.stream(), read_audio(recording.audio))
        if (person := wake_words()) is None:
            print("  (no recordings of people: set EDGE_DATA to hear one say a wake word)")
            return
        voice = next((each for each in spoken if each.text == SAID[0]), spoken[0])
        print(f'\n  a person, "{WAKE}" ({person.name}); then a voice: {voice.text}')
        show(hub.stream(wake=WAKE), read_audio(person), read_audio(voice.audio))


def show(stream: VoiceStream, *waves: NDArray[np.float32]) -> None:
    """Prints what a stream says of recordings, one after the other, and a second of silence."""
    from edge.commands.lines import describe

    with stream:
        events = [event for wave in (*waves, SILENCE) for event in stream.push(wave)]
        events += stream.flush()
    for event in events:
        if isinstance(event, Command | Rejected):
            print(f"      {describe(event)}")
        elif isinstance(event, Wake):
            print(f"      woken by {event.phrase!r} at {event.at:.1f} s")


def wake_words() -> Path | None:
    """The first recording of a person who says the wake word; None where there are none."""
    place = os.environ.get("EDGE_DATA")
    found = sorted(Path(place).glob(f"speech/wake_words/audio/{WAKE}/*")) if place else []
    return found[0] if found else None


def live_a_week(bundle: Path, folder: Path) -> int:
    """`edge suggest` through a week of a household that no training saw; shows how it ends.

    All that is known of the household on its first morning is which devices it has.
    """
    home, week, picture = folder / "house.json", folder / "week.jsonl", folder / "week.html"
    write_week(home, week)
    arguments = ["suggest", str(bundle), "--home", str(home), "-k", "1", "--picture", str(picture)]
    print(f"\n$ edge {shlex.join(arguments)} < {week} | tail -n {LINES}\n", flush=True)
    with week.open("rb") as events:
        done = subprocess.run(
            [sys.executable, "-m", "edge", *arguments],
            stdin=events,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    lines = done.stdout.splitlines()
    print("\n".join(lines[-LINES:]))
    first = sum("[suggested first]" in line for line in lines)
    print(f"\n{first} of the {len(lines)} things done had been suggested first: {picture}")
    return done.returncode


def write_week(home: Path, week: Path) -> None:
    """Makes the household up: its devices as a home, and what it did as an interaction log."""
    house = simulate(Settings(holidays=0), UNSEEN)
    home.parent.mkdir(parents=True, exist_ok=True)
    devices = Home([Device(one.id, _name(one.id), kind=one.kind) for one in house.devices])
    home.write_text(json.dumps(devices.to_dict(), indent=1), "utf-8")
    write_log(week, [History(house.name, tuple(house.events(MONDAY, days=7)))])


def _name(device: str) -> str:
    """ "light.kitchen_counter" → "kitchen counter light"."""
    kind, _, name = device.replace("_", " ").partition(".")
    return name if name == kind else f"{name} {kind}"


if __name__ == "__main__":
    sys.exit(main())
