"""Entry points of the verbs that this package adds to the command `edge`.

The verbs' modules import torch only when they run, so that `edge --help` stays quick.
"""

from __future__ import annotations

from export.commands import export as export_command
from export.commands import train as train_command

__all__ = ["export_command", "train_command"]
