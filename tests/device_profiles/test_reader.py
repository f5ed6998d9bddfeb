"""A profile's file: what is accepted, and what each refusal says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_profiles import Profile, ProfileError
from device_profiles.reader import parse

GOOD = """\
description = "a board"
architecture = "aarch64"
features = ["asimd", "asimddp"]
cores = 4
clock_mhz = 1500
memory_mb = 1024
storage_mb = 8192
onnxruntime = ">=1.21"

[budgets]
resident_memory_mb = 25
bundle_mb = 1.5
latency_ms = { intent = 4 }

[session]
threads = 2
allow_spinning = false
memory_arena = false
optimization = "extended"

[quantization]
schemes = ["int8-dynamic", "float"]
"""


def refusal(old: str, new: str) -> ProfileError:
    """The error when `old` of a good profile is replaced by `new`."""
    assert old in GOOD
    with pytest.raises(ProfileError) as caught:
        parse(GOOD.replace(old, new), "board", "boards/board.toml")
    return caught.value


def test_a_good_profile_is_read() -> None:
    profile = parse(GOOD, "board")
    assert isinstance(profile, Profile)
    assert profile.name == "board"
    assert profile.features == {"asimd", "asimddp"}
    assert profile.dot_product
    assert profile.core == ""
    assert profile.budgets.latency_ms == {"intent": 4.0}
    assert profile.session.threads == 2
    assert profile.quantization.schemes == ("int8-dynamic", "float")


def test_what_hears_may_take_more_memory_where_the_profile_says_so() -> None:
    budgets = parse(GOOD, "board").budgets
    assert budgets.memory_mb(hears=False) == budgets.memory_mb(hears=True) == 25.0
    more = GOOD.replace("bundle_mb = 1.5", "bundle_mb = 1.5\nlistening_memory_mb = 60")
    budgets = parse(more, "board").budgets
    assert (budgets.memory_mb(hears=False), budgets.memory_mb(hears=True)) == (25.0, 60.0)


def test_a_profile_cannot_be_changed() -> None:
    profile = parse(GOOD, "board")
    with pytest.raises(AttributeError):
        profile.cores = 8  # type: ignore[misc]
    with pytest.raises(TypeError):
        profile.budgets.latency_ms["intent"] = 1.0  # type: ignore[index]


def test_an_error_names_file_key_value_and_what_is_allowed() -> None:
    error = refusal("cores = 4", "cores = 0")
    assert error.where == "boards/board.toml: cores"
    assert error.what == "0 is not allowed"
    assert error.allowed == "a whole number from 1 to 1024"
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "where", "hint"),
    [
        ("cores = 4", "coers = 4", "coers", "did you mean 'cores'?"),
        ("threads = 2", "thread = 2", "session.thread", "did you mean 'threads'?"),
        ("bundle_mb = 1.5", "bundle_gb = 1", "budgets.bundle_gb", "did you mean 'bundle_mb'?"),
        ("[quantization]", "[quantisation]", "quantisation", "did you mean 'quantization'?"),
        ("cores = 4", "cores = 4\nxyzzy = 1", "xyzzy", ""),
        ("{ intent", "{ intnet", "budgets.latency_ms.intnet", "did you mean 'intent'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(
    old: str, new: str, where: str, hint: str
) -> None:
    error = refusal(old, new)
    assert error.what == "unknown key"
    assert error.where == f"boards/board.toml: {where}"
    assert error.hint == hint
    assert error.allowed


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("cores = 4\n", "", "cores"),
        ("threads = 2\n", "", "session.threads"),
        ('[quantization]\nschemes = ["int8-dynamic", "float"]\n', "", "quantization"),
    ],
)
def test_every_key_is_required(old: str, new: str, where: str) -> None:
    error = refusal(old, new)
    assert error.what == "missing"
    assert error.where == f"boards/board.toml: {where}"


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('"aarch64"', '"aarch46"', "did you mean 'aarch64'?"),
        ('"asimddp"', '"asimddpp"', "did you mean 'asimddp'?"),
        ('"asimddp"', '"avx2"', ""),
        ('"extended"', '"extendet"', "did you mean 'extended'?"),
        ('"float"', '"flaot"', "did you mean 'float'?"),
        ('"float"', '"float16"', "did you mean 'float'?"),
        ('"float"', '"int8-dynamic"', "it is there twice"),
        ('"float"', "7", ""),
        ('["int8-dynamic", "float"]', "[]", ""),
        ('["int8-dynamic", "float"]', '"float"', ""),
        ("cores = 4", "cores = true", ""),
        ("cores = 4", "cores = 4.0", ""),
        ("cores = 4", 'cores = "4"', ""),
        ("cores = 4", "cores = -1", ""),
        ("memory_mb = 1024", "memory_mb = 99999999999", ""),
        ("bundle_mb = 1.5", "bundle_mb = 0", ""),
        ("bundle_mb = 1.5", "bundle_mb = nan", ""),
        ("bundle_mb = 1.5", "bundle_mb = inf", ""),
        ("intent = 4", "intent = -4", ""),
        ("intent = 4", "Intent = 4", "did you mean 'intent'?"),
        ("latency_ms = { intent = 4 }", "latency_ms = 4", ""),
        ("allow_spinning = false", "allow_spinning = 0", ""),
        ('">=1.21"', '"latest"', ""),
        ('"a board"', '""', ""),
        ('"a board"', '"two\\nlines"', ""),
        ("cores = 4", "cores = [[[[]]]]", ""),
        ("cores = 4", "cores = 0x" + "f" * 5000, ""),
        ("cores = 4", "cores = [0x" + "f" * 5000 + "]", ""),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(old: str, new: str, hint: str) -> None:
    error = refusal(old, new)
    assert error.allowed
    assert error.hint == hint


def test_threads_beyond_the_cores_are_refused() -> None:
    error = refusal("threads = 2", "threads = 5")
    assert error.allowed == "a whole number from 1 to 4 (the board's cores)"


def test_budgets_beyond_the_board_are_refused() -> None:
    assert "memory_mb" in refusal("resident_memory_mb = 25", "resident_memory_mb = 2000").allowed
    listening = "bundle_mb = 1.5\nlistening_memory_mb = 2000"
    assert "memory_mb" in refusal("bundle_mb = 1.5", listening).allowed
    assert "storage_mb" in refusal("bundle_mb = 1.5", "bundle_mb = 9000").allowed


@pytest.mark.parametrize("text", ["cores = ", "cores = 1\ncores = 2", "[[[", "a = " + "9" * 5000])
def test_what_is_not_toml_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ProfileError, match=r"board.toml: not TOML"):
        parse(text, "board", "board.toml")


def test_bottomless_nesting_is_refused() -> None:
    with pytest.raises(ProfileError):
        parse("a = " + "[" * 20_000, "board")


@pytest.mark.parametrize("name", ["", "Board", "a/b", "..", "-a", "a" * 65, "ü"])
def test_a_name_that_cannot_be_a_folder_is_refused(name: str) -> None:
    with pytest.raises(ProfileError, match="is no profile name"):
        parse(GOOD, name)


@given(st.text(max_size=300))
def test_any_text_is_a_profile_or_a_profile_error(text: str) -> None:
    with pytest.raises(ProfileError):
        parse(text, "board")


VALUES = st.one_of(
    st.integers(),
    st.booleans(),
    st.floats(),
    st.text(alphabet="abc -._", max_size=8).map(lambda text: f'"{text}"'),
    st.just("[]"),
    st.just("{}"),
    st.just('["float", "float"]'),
)


@given(st.sampled_from([line for line in GOOD.splitlines() if "=" in line]), VALUES)
def test_any_value_of_any_key_is_accepted_or_refused_by_name(line: str, value: object) -> None:
    key = line.partition(" = ")[0]
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    text = GOOD.replace(line, f"{key} = {shown}")
    try:
        profile = parse(text, "board", "board.toml")
    except ProfileError as error:
        assert error.where.startswith("board.toml")
        assert key in error.where or error.what.startswith("not TOML") or "[0]" in error.where
    else:
        assert 1 <= profile.session.threads <= profile.cores
