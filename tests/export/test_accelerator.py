"""Networks are where the machine is fastest while they are asked, and on the processor after."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from export import accelerator
from export.accelerator import on_accelerator

META = torch.device("meta")
"""A device that every machine has beside the processor. It forgets what is written to it."""


class Placed(nn.Linear):
    """Says where it was sent, and stays."""

    def __init__(self, device: torch.device) -> None:
        super().__init__(1, 1, device=device)
        self.sent: list[torch.device] = []

    def to(self, device: torch.device) -> Placed:  # type: ignore[override]
        self.sent.append(device)
        return self


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerator, "_accelerator", lambda: META)


CPU = torch.device("cpu")


@pytest.mark.usefixtures("gpu")
class TestOnAccelerator:
    def test_there_and_back(self) -> None:
        network = Placed(CPU)
        with on_accelerator(network) as device:
            assert network.sent == [device] == [META]
        assert network.sent == [META, CPU]

    def test_back_after_an_error_too(self) -> None:
        network = Placed(CPU)
        with pytest.raises(ZeroDivisionError), on_accelerator(network):
            raise ZeroDivisionError
        assert network.sent == [META, CPU]

    def test_what_is_being_trained_stays_where_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(accelerator, "_accelerator", lambda: CPU)
        network = Placed(META)
        with on_accelerator(network) as device:
            assert device == META
        assert network.sent == [META, META]

    def test_others_are_brought_to_what_is_being_trained(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(accelerator, "_accelerator", lambda: CPU)
        one, other = Placed(CPU), Placed(META)
        with on_accelerator(one, other):
            assert one.sent == [META]
        assert one.sent == [META, CPU]

    def test_of_no_network(self) -> None:
        with on_accelerator() as device:
            assert device == META


def test_each_process_of_a_launch_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("LOCAL_RANK", "3")
    with on_accelerator() as device:
        assert device == torch.device("cuda", 3)


def test_a_machine_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    network = nn.Linear(1, 1)
    with on_accelerator(network) as device:
        assert device == CPU
    assert next(network.parameters()).device == CPU
