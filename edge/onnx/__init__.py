"""ONNX graphs, read by no library that would trust them: what is in one, and what is refused."""
