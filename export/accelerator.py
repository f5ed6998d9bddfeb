"""Where networks are computed on the workstation: on a GPU, if there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def on_accelerator(*networks: nn.Module) -> Iterator[torch.device]:
    """Has networks where this machine is fastest, and back where they were afterwards.

    Those that are being trained are there already, and stay. All others live on the processor:
    that is where they are exported, packed and compared.

    Yields:
        The device that they are on, and that what they read has to be on.
    """
    before = [next(network.parameters()).device for network in networks]
    training = [device for device in before if device.type != "cpu"]
    device = training[0] if training else _accelerator()
    for network in networks:
        network.to(device)
    try:
        yield device
    finally:
        for network, place in zip(networks, before, strict=True):
            network.to(place)


def placed(tensors: Mapping[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """A batch on a device."""
    return {name: tensor.to(device) for name, tensor in tensors.items()}


def _accelerator() -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    # Of several processes that `accelerate launch` started each has a GPU of its own.
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
