"""The workstation's half: corpora, training, distillation, quantisation, ONNX graphs, bundles."""
