"""What people say to an assistant, said to a home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import meant
from benchmarks.__main__ import main
from benchmarks.strangers import strangers, unseen
from benchmarks.tables import TABLES
from edge.errors import UsageError
from edge.events import Command
from edge.home.home import Area, Device, Home
from edge.intent.slots import SlotSchema, SlotType
from edge.models import default_bundle
from export.corpora import SlotSpan, Utterance

SAID = (
    ("turn off the kitchen lights", "iot_hue_lightoff"),
    ("open the kitchen lights", "iot_hue_lightoff"),
    ("turn on the desk lamp", "iot_hue_lighton"),
    ("what is the capital of portugal", "qa_factoid"),
    ("play chess", "play_game"),
    ("knock knock", "general_joke"),  # the sample home is taught to refuse this very sentence
)
HOME = Home(
    [Device("light.porch", "Porch light"), Device("light.desk", "Lamp", area="study")],
    [Area("study", "Study", aliases=["office"])],
)
LIST = SlotType("choice", choices={"grocery": "shopping", "shopping": "shopping", "todo": "to do"})
COLOUR = SlotType("choice", choices={"red": "red", "green": "green"})
SCHEMA = SlotSchema({"ReadList": {"list": LIST}, "SetColor": {"color": COLOUR}})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "slurp"
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"text": text, "intent": intent, "tokens": text.split(), "entities": []})
        for text, intent in SAID
    ]
    for name in ("train_hwu", "devel", "test"):
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder.parent


def test_what_is_wanted_is_done_and_anything_else_refused(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = data.parent / "results"
    arguments = ["--only", "strangers", "--data", str(data), "--out", str(out), "--json"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)["strangers"]
    whole, exact = found["rows"][:3], found["rows"][3:]
    for part in (whole, exact):
        assert [(row["wanted"], row["sentences"]) for row in part] == [
            ("light", 3),
            ("games", 1),
            ("anything else", 1),
        ]
        light, games, others = part
        assert light["right"]["count"] == 3
        assert light["right"]["value"] >= 0.33
        assert light["refused"]["value"] >= 0.33  # there is no desk lamp
        assert games["wrong"]["value"] == 1
        assert others["right"]["value"] == 1
    assert found["taught"] == 1
    table = TABLES["strangers"][1](found)
    assert "| light | 3 |" in table
    assert "Left out: 1 sentences" in table
    older = {name: value for name, value in found.items() if name != "taught"}
    assert "by the intent of the first command alone" in TABLES["strangers"][1](older)


def wanted(text: str, **labels: str) -> Utterance:
    """A sentence with these labels on these parts of it."""
    slots = tuple(
        SlotSpan(label, text.index(part), text.index(part) + len(part))
        for label, part in labels.items()
    )
    return Utterance(text, "wanted", slots)


@pytest.mark.parametrize(
    ("sentence", "command", "right"),
    [
        (wanted("play jazz", music_genre="jazz"),
         Command("PlayMusic", {"music": "some jazz"}), True),
        (wanted("play jazz", music_genre="jazz"), Command("PlayMusic", {"music": "rock"}), False),
        (wanted("play jazz", music_genre="jazz"), Command("NextTrack"), False),
        (wanted("play my jog playlist", playlist_name="jog playlist"),
         Command("PlayMusic", {"music": "my jog"}), True),
        (wanted("read my grocery list", list_name="grocery"),
         Command("ReadList", {"list": "shopping"}), True),
        (wanted("read my grocery list", list_name="grocery"),
         Command("ReadList", {"list": "to do"}), False),
        (wanted("read my film list", list_name="film"), Command("ReadList"), False),
        (wanted("office's light off", house_place="office's"),
         Command("TurnOff", {}, ("light.desk",)), True),
        (wanted("light off in the study", house_place="study"),
         Command("TurnOff", {}, ("light.porch",)), False),
        (wanted("porch light off", house_place="porch"),
         Command("TurnOff", {}, ("light.porch",)), True),
        (wanted("lights off in the house", house_place="house"), Command("TurnOff"), True),
        (wanted("make it green and red", color_type="green and red"),
         Command("SetColor", {"color": "green"}), False),
        (wanted("make it green and red", color_type="green and red"),
         Command("SetColor", {"color": "green"}, also=(Command("SetColor", {"color": "red"}),)),
         True),
        (wanted("light off"), Command("TurnOff", also=(Command("Unlock"),)), False),
    ],
)  # fmt: skip
def test_what_is_named_has_to_be_what_is_done(
    sentence: Utterance, command: Command, right: bool
) -> None:
    intents = {"PlayMusic", "NextTrack", "ReadList", "TurnOff", "SetColor"}
    commands = (command, *command.also)
    assert meant.does(commands, sentence, intents, HOME, SCHEMA) == right


def test_what_the_home_is_taught_is_left_out_where_it_is_to_be_refused() -> None:
    said = [
        Utterance("Knock knock", "general_joke"),
        Utterance("knock it off", "general_joke"),
        Utterance("knock knock", "iot_hue_lightoff"),
    ]
    assert unseen(said) == said[1:]


def test_a_bundle_of_no_home_is_said_to_be_none(data: Path, tiny_bundle: Path) -> None:
    with pytest.raises(UsageError, match="no bundle of a home"):
        strangers(data, tiny_bundle, report=print)
    assert strangers(data, default_bundle(), report=print)["rows"]


def test_without_sentences_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--only", "strangers", "--data", str(tmp_path)]) == 2
    assert "strangers needs slurp" in capsys.readouterr().err
