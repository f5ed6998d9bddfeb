"""The machine at hand, from the texts that the kernel gives out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import device_profiles
from device_profiles import Machine, ProfileError, closest
from device_profiles.detect import (
    architecture_of,
    parse_cpuinfo,
    parse_meminfo,
    parse_model,
    summary,
)

SAMPLES = Path(__file__).parent / "cpuinfo"
SHIPPED = (
    "hub-cortex-a55",
    "raspberry-pi-3",
    "raspberry-pi-4",
    "raspberry-pi-5",
    "raspberry-pi-zero-2w",
    "wearable-cortex-a53",
    "x86-64-hub",
)


def machine(sample: str, memory_mb: int, architecture: str = "aarch64") -> Machine:
    cpu = parse_cpuinfo((SAMPLES / f"{sample}.txt").read_text())
    return Machine(architecture, cpu.features, cpu.cores, memory_mb, cpu.model, cpu.core)


class TestCpuinfo:
    @pytest.mark.parametrize(
        ("sample", "core", "model"),
        [
            ("raspberry-pi-zero-2w", "cortex-a53", "Raspberry Pi Zero 2 W Rev 1.0"),
            ("raspberry-pi-3", "cortex-a53", "Raspberry Pi 3 Model B Rev 1.2"),
            ("raspberry-pi-4", "cortex-a72", "Raspberry Pi 4 Model B Rev 1.2"),
            ("raspberry-pi-5", "cortex-a76", "Raspberry Pi 5 Model B Rev 1.0"),
            ("hub-cortex-a55", "cortex-a55", ""),
            ("intel-n100", "", "Intel(R) N100"),
        ],
    )
    def test_core_and_model_are_read(self, sample: str, core: str, model: str) -> None:
        cpu = parse_cpuinfo((SAMPLES / f"{sample}.txt").read_text())
        assert (cpu.cores, cpu.core, cpu.model) == (4, core, model)

    def test_boards_up_to_the_pi_4_have_no_dot_product(self) -> None:
        for sample in ("raspberry-pi-zero-2w", "raspberry-pi-3", "raspberry-pi-4"):
            features = parse_cpuinfo((SAMPLES / f"{sample}.txt").read_text()).features
            assert features == {"fp", "asimd", "evtstrm", "crc32", "cpuid"}

    def test_the_pi_5_has_dot_product_and_half_floats(self) -> None:
        features = parse_cpuinfo((SAMPLES / "raspberry-pi-5.txt").read_text()).features
        assert {"asimddp", "asimdhp", "fphp", "atomics"} <= features

    def test_x86_flags_are_features_and_vmx_flags_are_not(self) -> None:
        features = parse_cpuinfo((SAMPLES / "intel-n100.txt").read_text()).features
        assert {"avx2", "avx_vnni"} <= features
        assert "vnmi" not in features

    def test_unlike_cores_have_no_name_in_common(self) -> None:
        cpu = parse_cpuinfo((SAMPLES / "rk3588-big-little.txt").read_text())
        assert (cpu.cores, cpu.core) == (8, "")

    def test_only_features_of_every_core_count(self) -> None:
        text = "processor: 0\nFeatures: fp asimd asimddp\nprocessor: 1\nFeatures: fp asimd\n"
        assert parse_cpuinfo(text).features == {"fp", "asimd"}

    def test_cores_of_other_makers_have_no_name(self) -> None:
        text = "processor: 0\nCPU implementer: 0x51\nCPU part: 0xd03\n"
        assert parse_cpuinfo(text).core == ""

    @given(st.text())
    def test_any_text_is_read(self, text: str) -> None:
        cpu = parse_cpuinfo(text)
        assert cpu.cores >= 0

    @given(
        st.lists(
            st.sets(st.sampled_from(["fp", "asimd", "crc32", "asimddp", "i8mm"]), min_size=1),
            min_size=1,
            max_size=16,
        )
    )
    def test_features_are_the_intersection_over_cores(self, cores: list[set[str]]) -> None:
        text = "\n".join(
            f"processor\t: {number}\nFeatures\t: {' '.join(sorted(features))}\n"
            for number, features in enumerate(cores)
        )
        cpu = parse_cpuinfo(text)
        assert cpu.cores == len(cores)
        assert cpu.features == set.intersection(*cores)


class TestOtherTexts:
    def test_memory_is_in_mib_rounded_down(self) -> None:
        text = "MemTotal:         427192 kB\nMemFree:          120000 kB\n"
        assert parse_meminfo(text) == 417

    @pytest.mark.parametrize("text", ["", "MemTotal:", "MemTotal: ² kB", "MemTotal: -5 kB"])
    def test_memory_that_is_not_said_is_zero(self, text: str) -> None:
        assert parse_meminfo(text) == 0

    @given(st.text())
    def test_any_memory_text_is_read(self, text: str) -> None:
        assert parse_meminfo(text) >= 0
        assert parse_meminfo("MemTotal: " + text) >= 0

    def test_the_device_tree_ends_its_model_with_a_zero_byte(self) -> None:
        assert parse_model("Radxa ROCK 3A\0") == "Radxa ROCK 3A"

    @given(st.text())
    def test_any_model_becomes_one_short_printable_line(self, text: str) -> None:
        model = parse_model(text)
        assert len(model) <= 128
        assert model == "" or model.isprintable()

    @pytest.mark.parametrize(
        ("machine", "bits", "expected"),
        [
            ("aarch64", 64, "aarch64"),
            ("arm64", 64, "aarch64"),
            ("AMD64", 64, "x86_64"),
            ("aarch64", 32, "armv7l"),
            ("x86_64", 32, "i686"),
            ("riscv64", 64, "riscv64"),
        ],
    )
    def test_architecture_is_that_of_the_programs(
        self, machine: str, bits: int, expected: str
    ) -> None:
        assert architecture_of(machine, bits) == expected


class TestDetect:
    def test_this_machine_has_cores_memory_and_an_architecture(self) -> None:
        here = device_profiles.detect()
        assert here.cores >= 1
        assert here.memory_mb > 0
        assert here.architecture
        assert here.architecture in summary(here)

    def test_detecting_twice_gives_the_same(self) -> None:
        assert device_profiles.detect() == device_profiles.detect()


class TestFits:
    def test_a_pi_4_cannot_run_what_needs_dot_product(self) -> None:
        pi_4 = machine("raspberry-pi-4", 3794)
        reasons = pi_4.lacks(device_profiles.load("raspberry-pi-5"))
        assert reasons == ("it has no asimddp, asimdhp, asimdrdm, atomics, fphp",)
        assert not pi_4.fits(device_profiles.load("raspberry-pi-5"))

    def test_a_pi_5_can_run_what_was_made_for_a_pi_4(self) -> None:
        assert machine("raspberry-pi-5", 8060).fits(device_profiles.load("raspberry-pi-4"))

    def test_a_32_bit_system_cannot_run_64_bit_graphs(self) -> None:
        pi_4 = machine("raspberry-pi-4-32-bit", 3794, "armv7l")
        assert pi_4.lacks(device_profiles.load("raspberry-pi-4"))[0] == "it is armv7l, not aarch64"

    def test_a_core_less_than_the_board_has_is_no_obstacle(self) -> None:
        one_core = Machine("aarch64", frozenset({"fp", "asimd", "crc32"}), 1, 900, "")
        assert one_core.fits(device_profiles.load("raspberry-pi-4"))

    def test_less_memory_than_the_budget_is_one(self) -> None:
        tiny = Machine("aarch64", frozenset({"fp", "asimd", "crc32"}), 4, 16, "")
        assert "16 MiB" in tiny.lacks(device_profiles.load("raspberry-pi-4"))[0]

    def test_unknown_memory_is_not_held_against_a_machine(self) -> None:
        unknown = Machine("aarch64", frozenset({"fp", "asimd", "crc32"}), 4, 0, "")
        assert unknown.fits(device_profiles.load("raspberry-pi-4"))


class TestClosest:
    @pytest.mark.parametrize(
        ("sample", "memory_mb", "architecture", "expected"),
        [
            ("raspberry-pi-zero-2w", 417, "aarch64", "raspberry-pi-zero-2w"),
            ("raspberry-pi-3", 907, "aarch64", "raspberry-pi-3"),
            ("raspberry-pi-4", 906, "aarch64", "raspberry-pi-4"),
            ("raspberry-pi-4", 7811, "aarch64", "raspberry-pi-4"),
            ("raspberry-pi-5", 8060, "aarch64", "raspberry-pi-5"),
            ("hub-cortex-a55", 3907, "aarch64", "hub-cortex-a55"),
            ("rk3588-big-little", 15964, "aarch64", "hub-cortex-a55"),
            ("intel-n100", 15761, "x86_64", "x86-64-hub"),
        ],
    )
    def test_each_board_finds_its_own_profile(
        self, sample: str, memory_mb: int, architecture: str, expected: str
    ) -> None:
        assert closest(machine(sample, memory_mb, architecture), SHIPPED) == expected

    def test_a_watch_finds_the_wearable(self) -> None:
        watch = Machine("aarch64", frozenset({"fp", "asimd", "crc32"}), 2, 430, "", "cortex-a53")
        assert closest(watch, SHIPPED) == "wearable-cortex-a53"

    def test_an_unknown_core_takes_the_slower_clock(self) -> None:
        hub = Machine("aarch64", frozenset({"fp", "asimd", "crc32"}), 4, 1900, "", "cortex-a73")
        assert closest(hub, SHIPPED) == "raspberry-pi-3"

    def test_only_the_names_given_are_considered(self) -> None:
        pi_5 = machine("raspberry-pi-5", 8060)
        assert closest(pi_5, ["raspberry-pi-zero-2w", "raspberry-pi-4"]) == "raspberry-pi-4"

    @given(st.permutations(SHIPPED))
    def test_the_order_of_the_names_does_not_matter(self, names: list[str]) -> None:
        assert closest(machine("raspberry-pi-5", 8060), names) == "raspberry-pi-5"

    def test_none_that_fits_is_an_error_that_says_of_each_why_not(self) -> None:
        with pytest.raises(ProfileError) as caught:
            closest(machine("raspberry-pi-4", 3794), ["x86-64-hub", "raspberry-pi-5"])
        message = str(caught.value)
        assert "raspberry-pi-5 (it has no asimddp" in message
        assert "x86-64-hub (it is aarch64, not x86_64" in message
        assert "--profile" in message

    @pytest.mark.parametrize("name", ["acme-hub", "../../etc/passwd", "", "a" * 5000, "x\0y"])
    def test_names_nobody_knows_are_passed_over(self, name: str) -> None:
        pi_4 = machine("raspberry-pi-4", 3794)
        assert closest(pi_4, [name, "raspberry-pi-4"]) == "raspberry-pi-4"
        with pytest.raises(ProfileError, match="no such profile here"):
            closest(pi_4, [name])

    def test_no_names_at_all_is_an_error(self) -> None:
        with pytest.raises(ProfileError, match="none was given"):
            closest(machine("raspberry-pi-4", 3794), [])
