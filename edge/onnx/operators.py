"""The operators a graph may use: what ONNX Runtime 1.21 computes on a CPU, less what can do harm.

Left out on purpose: control flow (If, Loop, Scan: subgraphs), what names a file (EPContext),
strings and sequences, random numbers, operators whose output grows with a number that is computed
while running (Resize, Upsample, ConvTranspose, RoiAlign, DFT, window functions), Einsum, and every
domain but the two below. Operators that grow by a number written in the graph are allowed with that
number bounded: see SIZED_BY.

Source of names: https://onnx.ai/onnx/operators/ and ONNX Runtime's docs/ContribOperators.md.
"""

from __future__ import annotations

from typing import Final

_ONNX: Final = """
    Abs Add And ArgMax ArgMin AveragePool BatchNormalization BitwiseAnd BitwiseNot BitwiseOr
    BitwiseXor BitShift Cast CastLike Ceil Celu Clip Concat Constant ConstantOfShape Conv
    ConvInteger Cos CumSum DepthToSpace DequantizeLinear Div Dropout DynamicQuantizeLinear Elu Equal
    Erf Exp Expand Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
    GlobalMaxPool Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity
    InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log
    LogSoftmax LpNormalization MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min
    Mish Mod Mul Neg Not OneHot Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RNN Range
    Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin
    ReduceProd ReduceSum ReduceSumSquare Relu Reshape Round ScatterElements ScatterND Selu Shape
    Sigmoid Sign Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum
    Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor
"""

_MICROSOFT: Final = """
    Attention BiasGelu BiasSplitGelu DequantizeLinear DynamicQuantizeLSTM DynamicQuantizeMatMul
    EmbedLayerNormalization FastGelu FusedConv FusedGemm FusedMatMul GatherBlockQuantized Gelu
    MatMulIntegerToFloat MatMulNBits MultiHeadAttention NhwcMaxPool QAttention
    QEmbedLayerNormalization QGemm QLinearAdd QLinearAveragePool QLinearConcat QLinearConv
    QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul QLinearSigmoid QLinearSoftmax QLinearWhere
    QuantizeLinear QuickGelu SkipLayerNormalization SkipSimplifiedLayerNormalization
"""

ALLOWED: Final[dict[str, frozenset[str]]] = {
    # ONNX Runtime registers the last one under the default domain, though no standard has it.
    "": frozenset(_ONNX.split()) | {"SimplifiedLayerNormalization"},
    "com.microsoft": frozenset(_MICROSOFT.split()),
}
"""Domain → operators. The default domain is "" (also written "ai.onnx")."""

IMPORTABLE: Final = frozenset(
    {
        "",
        "com.microsoft",
        "ai.onnx.ml",
        "ai.onnx.preview",
        "ai.onnx.preview.training",
        "ai.onnx.training",
        "com.microsoft.experimental",
        "com.microsoft.nchwc",
        "com.ms.internal.nhwc",
        "org.pytorch.aten",
    }
)
"""Domains a graph may *import*: ONNX Runtime writes all it knows into every graph it optimises.
Importing runs nothing; a node of a domain that is not in ALLOWED is refused."""

SIZED_BY: Final[dict[str, tuple[int, ...]]] = {
    "ConstantOfShape": (0,),
    "Expand": (1,),
    "OneHot": (1,),
    "Pad": (1,),
    "Range": (0, 1, 2),
    "Tile": (1,),
}
"""Operators whose output is as large as an input's *values* say → which inputs those are. They must
be constants of the graph, or dimensions of other tensors: edge.onnx.growth bounds them."""

BOUNDED_ATTRIBUTES: Final = frozenset(
    {"pads", "kernel_shape", "strides", "dilations", "output_padding", "output_shape"}
)
"""Attributes (lists of whole numbers) of convolution and pooling that set sizes."""
