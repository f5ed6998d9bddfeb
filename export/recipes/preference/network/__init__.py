"""The network, in torch and as it is exported.

network     teacher and student alike
affinity    first values of items' vectors
one_moment  the network as the runtime calls it
graph       the same as ONNX
"""
