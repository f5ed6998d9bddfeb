"""What it costs and how good it is, beside others, in one run: `python -m benchmarks --help`."""
