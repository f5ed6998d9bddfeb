"""A CTC model of `transformers` as an ONNX graph.

    python -m export.recipes.speech.ctc_export --model facebook/wav2vec2-base-960h --out big.onnx

Such a graph is for workstations and for comparison: it reads a chunk of fixed length as a whole,
keeps no state between chunks, and is ten to a hundred times larger than what goes into a bundle.
`edge export` does not take it. What it says is said in our labels, with as little trust in the
blank, so that whatever reads log posteriors (the decoder, the free transcript) reads its as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from edge.errors import UsageError
from edge.voice.alphabet import BLANK
from edge.voice.posteriors import BLANK_TAKEN
from export.corpora.speech.recording import SAMPLE_RATE
from export.files import write_atomic
from export.graph import Signature, check_against_torch, to_onnx
from export.recipes.speech.school.teachers import CtcTeacher, open_ctc

SIGNATURE = Signature(("pcm",), ("log_posteriors",), {})


class _Graph(nn.Module):
    def __init__(self, teacher: CtcTeacher) -> None:
        super().__init__()
        self._teacher = teacher

    def forward(self, pcm: Tensor) -> tuple[Tensor]:
        told = self._teacher(pcm)
        taken = torch.zeros(told.shape[-1])
        taken[BLANK] = BLANK_TAKEN
        return ((told - taken).log_softmax(dim=-1),)


def export_ctc(source: str, out: Path, seconds: float = 4.0) -> float:
    """Writes the graph pcm float32 [1, N] (int16 scale) → log_posteriors [1, T, 29].

    Args:
        source: a folder, or a name on the hub; see `teachers.open_ctc`.
        out: the ONNX file.
        seconds: length of a chunk; shorter sound is to be filled up with zeros.

    Returns:
        The largest difference from torch.

    Raises:
        UsageError: the model cannot be used, or the chunk is shorter than it can read.
        GraphMismatch: the graph does not compute what the model computes.
    """
    if not 0.1 <= seconds <= 60:
        raise UsageError(f"a chunk of {seconds} s", allowed="0.1 to 60 s")
    module = _Graph(open_ctc(source))
    rng = np.random.default_rng(0)
    size = round(seconds * SAMPLE_RATE)
    chunks = [(rng.normal(0, level, (1, size)).astype(np.float32),) for level in (30, 3000)]
    graph = to_onnx(module, (torch.from_numpy(chunks[0][0]),), SIGNATURE)
    difference = check_against_torch(graph, module, chunks, SIGNATURE)
    write_atomic(out, graph.SerializeToString())
    return difference


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and writes the graph."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", required=True, help="folder, or name on the hub")
    parser.add_argument("--out", required=True, type=Path, help="the ONNX file")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a chunk")
    given = parser.parse_args(arguments)
    try:
        difference = export_ctc(given.model, given.out, given.seconds)
    except UsageError as error:
        parser.exit(error.exit_code, f"{error}\n")
    print(f"{given.out}: {difference:.1e} from torch at most")


if __name__ == "__main__":
    main()
