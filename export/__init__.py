"""The workstation's half: corpora, training, distillation, quantisation, ONNX graphs, bundles."""

import os

import edge  # noqa: F401  (first: ONNX Runtime must not report home from here either)

# torch's threads wait for each other by spinning. Beside anything else that computes, one spins
# while the other has no core: a step of training took three times as long as on one thread. After
# so few turns they sleep, which costs next to nothing where the cores are free. libgomp reads this
# once, when torch is imported.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
