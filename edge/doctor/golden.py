"""The smallest graph that tells whether ONNX Runtime computes rightly on this machine.

It multiplies eight numbers with a matrix twice: in 32-bit float and, after finding their scale
while running, in 8-bit integers. Those are the two kinds of kernel that every bundle uses, and the
ones whose code differs most between processors.
"""

from __future__ import annotations

GRAPH = bytes.fromhex(
    "08083ae4020a110a01780a017712017922064d61744d756c0a2a0a017812017112057363616c6512047a65726f221544"
    "796e616d69635175616e74697a654c696e6561720a1f0a01710a0277380a047a65726f12017a220d4d61744d756c496e"
    "74656765721206676f6c64656e2a8c010808080410014201774a8001000000c00000f0bf0000e0bf0000d0bf0000c0bf"
    "0000b0bf0000a0bf000090bf000080bf000060bf000040bf000020bf000000bf0000c0be000080be000000be00000000"
    "0000003e0000803e0000c03e0000003f0000203f0000403f0000603f0000803f0000903f0000a03f0000b03f0000c03f"
    "0000d03f0000e03f0000f03f2a2c080808041003420277384a20f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405"
    "060708090a0b0c0d0e0f5a130a0178120e0a0c080112080a0208010a02080862130a0179120e0a0c080112080a020801"
    "0a02080462130a017a120e0a0c080612080a0208010a02080442040a00100d"
)
"""The graph as ONNX (IR 8, opset 13); tests/edge/test_golden.py builds the same bytes with `onnx`.

    y = MatMul(x, w)                                     float32 [1, 4]
    q, scale, zero = DynamicQuantizeLinear(x)            uint8 [1, 8], and two scalars
    z = MatMulInteger(q, w8, zero)                       int32 [1, 4]

with x float32 [1, 8], w8 the int8 numbers from -16 to 15 as [8, 4], and w = w8 / 8.
"""

LEVELS = (0, 17, 60, 102, 130, 180, 201, 255)
"""What q must be: x is made of these, so that nothing lies between two of them."""
ZERO = 102
"""What zero must be."""


def problems() -> list[str]:
    """Run the graph and compare with what numpy computes; empty when all is right.

    Raises:
        Exception: whatever ONNX Runtime raises; a processor that lacks an instruction ends the
            process instead, which is why `edge.doctor.doctor` calls this in a child.
    """
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(GRAPH, options, providers=["CPUExecutionProvider"])
    steps = np.array([LEVELS], dtype=np.int32) - ZERO
    x = (steps * (2.5 / 255)).astype(np.float32)
    weights = np.arange(-16, 16, dtype=np.int32).reshape(8, 4)
    y, z = session.run(["y", "z"], {"x": x})
    found = []
    expected = x @ (weights / 8).astype(np.float32)
    if not np.allclose(y, expected, rtol=1e-4, atol=1e-4):
        found.append(f"the float product is {y.tolist()}, it should be {expected.tolist()}")
    whole = steps @ weights
    if not np.array_equal(z, whole):
        found.append(f"the int8 product is {z.tolist()}, it should be {whole.tolist()}")
    return found
