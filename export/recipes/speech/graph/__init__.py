"""What is exported: a trained acoustic model as ONNX, and what goes along with it.

streaming           the network as it streams
arithmetic          in floats, or in 8-bit integers
graph               all of it as ONNX
running, quantise   ranges, seen on real recordings
activity            Silero's network
"""
