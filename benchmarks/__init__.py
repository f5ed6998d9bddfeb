"""What it costs and how good it is, beside others, in one run: `python -m benchmarks --help`."""

import edge  # noqa: F401  (first: ONNX Runtime must not report home from here either)
