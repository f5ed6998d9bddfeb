"""The start-up self-test: can this machine run bundles, and if not, why, in words.

ONNX Runtime is native code. On a processor that lacks an instruction it was compiled with it ends
the process that imports it, without a word. So the test imports it, and runs graphs whose answers
are known, in a child process, and reads from the child's death what happened.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import device_profiles
from device_profiles import Machine, NoneFits, Profile

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Status
    detail: str
    """What was found."""
    help: str = ""
    """What to do next; empty when there is nothing to do."""

    def to_dict(self) -> dict[str, str]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the child process ended."""

    events: tuple[dict[str, Any], ...]
    """What it reported, in order."""
    status: int | None
    """Its exit status, negative for a signal; None when it took too long."""
    stderr: str
    """The last lines it wrote for people."""


def examine(bundle: str = "", profile: str | None = None, timeout: float = 120.0) -> list[Check]:
    """Look at the machine, then at what it computes.

    Args:
        bundle: path of a bundle to try; none when empty.
        profile: the profile to judge by; the nearest to this machine when None.
        timeout: seconds the child may take. A Raspberry Pi Zero 2 W imports ONNX Runtime from a
            slow card in about ten.

    Raises:
        ProfileError: `profile`, or a folder that EDGE_PROFILES names, is not there or not valid.
    """
    machine = device_profiles.detect()
    found, checks = _judge_machine(machine, profile)
    ended = run_child([bundle, *([profile] if profile else [])] if bundle else [], timeout)
    return checks + judge_child(ended, machine, found, timeout)


def _judge_machine(machine: Machine, name: str | None) -> tuple[Profile | None, list[Check]]:
    checks = [Check("machine", "ok", device_profiles.summary(machine))]
    if name is None:
        try:
            name = device_profiles.closest(machine, device_profiles.available())
        except NoneFits as error:
            checks.append(Check("profile", "warn", error.what, error.hint))
            return None, checks
    profile = device_profiles.load(name)
    checks.append(judge_profile(machine, profile))
    checks.append(
        Check("int8", "ok", "dot-product instructions: int8 saves time and memory")
        if machine.dot_product
        else Check("int8", "ok", "no dot-product instructions: int8 saves memory, hardly any time")
    )
    return profile, checks


def judge_profile(machine: Machine, profile: Profile) -> Check:
    """Whether the machine is what the profile says: fail when a graph for it cannot run here."""
    lacking = machine.lacks(profile)
    if lacking:
        return Check(
            "profile",
            "fail",
            f"{profile.name} does not fit: {'; '.join(lacking)}",
            "`edge profiles detect` shows which do",
        )
    less = []
    if machine.cores < profile.cores:
        less.append(f"{machine.cores} of {profile.cores} cores")
    # Firmware and graphics keep a part of the nominal memory.
    if 0 < machine.memory_mb < 0.75 * profile.memory_mb:
        less.append(f"{machine.memory_mb} of {profile.memory_mb} MiB")
    if less:
        return Check(
            "profile",
            "warn",
            f"{profile.name}, with only {' and '.join(less)}",
            "its latency and memory budgets may not hold here: measure with `edge bench`",
        )
    return Check("profile", "ok", profile.name)


def run_child(arguments: Sequence[str], timeout: float) -> Ended:
    """Run `edge.doctor.child` and collect what it reported, however it ended."""
    environment = dict(os.environ)
    # The child has to find this very package, installed or not; what is already on the path of the
    # caller goes first, as it does in this process.
    here = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(
        part for part in (environment.get("PYTHONPATH", ""), here) if part
    )
    command = [sys.executable, "-m", "edge.doctor.child", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=timeout, env=environment, check=False
        )
        status: int | None = done.returncode
        output, errors = done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        status, output, errors = None, late.stdout or b"", late.stderr or b""
    events = []
    for line in output.decode("utf-8", "replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:  # a line cut short by the child's death
            continue
        if isinstance(event, dict) and "step" in event:
            events.append(event)
    tail = errors.decode("utf-8", "replace").strip().splitlines()[-3:]
    return Ended(tuple(events), status, "\n".join(tail))


def judge_child(
    ended: Ended, machine: Machine, profile: Profile | None, timeout: float
) -> list[Check]:
    """What the child's report and its end mean."""
    checks = []
    begun = ""
    for event in ended.events:
        begun = str(event["step"])
        if "ok" in event:
            checks.append(_judge_step(event, profile))
            begun = ""
            if "memory_mb" in event and profile is not None:
                hears = bool(event.get("hears"))
                checks.append(_judge_memory(float(event["memory_mb"]), profile, hears=hears))
    if ended.status is None:
        step = begun or "start"
        checks.append(
            Check(
                step,
                "fail",
                f"took more than {timeout:g} s",
                "a slow card or a busy machine: try again with a larger --timeout",
            )
        )
    elif ended.status < 0:
        checks.append(explain_death(begun or "start", -ended.status, machine))
    elif begun or not ended.events:
        detail = f"ended with status {ended.status}: {ended.stderr}"
        checks.append(Check(begun or "start", "fail", detail))
    return checks


def _judge_step(event: dict[str, Any], profile: Profile | None) -> Check:
    name, detail = str(event["step"]), str(event.get("detail", ""))
    if not event["ok"]:
        return Check(name, "fail", detail, str(event.get("help", _HELP.get(name, ""))))
    if name == "onnxruntime" and profile is not None:
        version = str(event.get("version", ""))
        if not device_profiles.in_range(version, profile.onnxruntime):
            return Check(
                name,
                "fail",
                f"{detail} is outside {profile.onnxruntime}",
                f'pip install "onnxruntime{profile.onnxruntime}"',
            )
    return Check(name, "ok", detail)


_HELP = {
    "numpy": "pip install --force-reinstall numpy",
    "onnxruntime": "pip install --force-reinstall onnxruntime",
    "golden graph": "this build of ONNX Runtime computes wrongly here: install another version",
    "bundle": "`edge verify BUNDLE` says which file is wrong",
}


def _judge_memory(used_mb: float, profile: Profile, *, hears: bool) -> Check:
    budget = profile.budgets.memory_mb(hears=hears)
    detail = f"{used_mb:g} MiB for the bundle, {budget:g} allowed by {profile.name}"
    if used_mb > budget:
        return Check("memory", "warn", detail, "export a smaller student, or int8 weights")
    return Check("memory", "ok", detail)


def explain_death(step: str, number: int, machine: Machine) -> Check:
    """What it means that a step ended with signal `number` on `machine`, and what to do."""
    try:
        name = signal.Signals(number).name
    except ValueError:  # a real-time signal has a number and no name
        name = f"signal {number}"
    detail, advice = _DEATHS.get(
        name, (f"the process was ended by {name}", "run `edge doctor` again; report it if it stays")
    )
    if name == "SIGILL" and step == "numpy":
        advice = "install a numpy built for this processor: pip install --no-binary numpy numpy"
    elif name == "SIGILL" and machine.architecture == "aarch64" and not machine.dot_product:
        # microsoft/onnxruntime#23957, #24112: wheels 1.21.0 on Armv8.0 (Cortex-A53, A72, A73)
        advice = (
            "wheels of onnxruntime 1.21.0 use instructions of Armv8.2 that this core does not "
            'have: pip install "onnxruntime>=1.22", or take the distribution\'s own package'
        )
    return Check(step, "fail", f"{name}: {detail}", advice)


_DEATHS = {
    "SIGILL": (
        "the installed build uses an instruction this processor does not have",
        "install another version of onnxruntime, or one built for this processor",
    ),
    "SIGSEGV": (
        "the native library crashed",
        "a damaged or mixed installation: pip install --force-reinstall numpy onnxruntime",
    ),
    "SIGBUS": (
        "a file of the library could not be read from the disk or card",
        "check the card and free space, then pip install --force-reinstall numpy onnxruntime",
    ),
    "SIGFPE": ("the processor refused an arithmetic operation", "install another onnxruntime"),
    "SIGKILL": (
        "the system ended the process, most likely for want of memory",
        "stop other programs or add swap: numpy and ONNX Runtime alone need about 80 MiB",
    ),
    "SIGABRT": (
        "the library gave up",
        "pip install --force-reinstall onnxruntime; its own message is above",
    ),
}
