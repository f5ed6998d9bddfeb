"""SmartThings' logs, in the split of the SmartSense paper.

Jeon et al., "Accurate Action Recommendation for Smart Home via Two-Level Encoders and Commonsense
Knowledge", CIKM 2022. Actions are `[weekday, slot, device, control, device_control]`.
"""

from __future__ import annotations

from pathlib import Path

from export.corpora.interactions.corpus import InteractionCorpus
from export.corpora.interactions.windows import add_windows, kinds, read_vocabulary

VOCABULARY = "vocabulary.json"


def read_smartthings(path: Path) -> InteractionCorpus:
    """Reads the folder; the tenth action of each window is the target.

    An action is the name of its device_control ("Television:switch on"), its value the number of
    its control.

    Raises:
        UsageError: a file is missing, or the vocabulary cannot be used.
    """
    names = read_vocabulary(path / VOCABULARY, "device_control_dict")
    corpus = InteractionCorpus(path.name, catalogue=names, attributes=kinds(names))
    add_windows(corpus, path, columns=5, action=4, value=3)
    return corpus
