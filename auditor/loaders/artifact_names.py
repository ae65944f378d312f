"""What of Keras a model file may name. Whatever is not listed here is refused, also where Keras would take it.

Left out on purpose: layers and operations that run code or call a function which the file names (Lambda, TFSMLayer,
TorchModuleWrapper, JaxLayer, FlaxLayer, Map, Scan, Cond, WhileLoop, ...), that read other files (StringLookup,
IntegerLookup, TextVectorization), and what works on images.
"""

from __future__ import annotations

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES = re.compile(
    r"builtins|keras(\.src)?(\.(layers|models|engine|ops|initializers|regularizers|constraints|activations"
    r"|dtype_policies|mixed_precision|optimizers|losses|metrics)(\.\w+){0,4})?"
)
"""Where the names below may come from."""

MODELS = frozenset({"Functional", "Sequential", "Model"})

LAYERS = _names("""
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveMaxPooling1D Add AdditiveAttention AlphaDropout
    Attention Average AveragePooling1D AveragePooling2D AvgPool1D AvgPool2D BatchNormalization Bidirectional
    CategoryEncoding Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose ConvLSTM1D ConvLSTM2D Convolution1D
    Convolution2D Cropping1D Cropping2D CuDNNGRU CuDNNLSTM Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot
    Dropout ELU EinsumDense Embedding Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D
    GlobalAveragePooling2D GlobalAvgPool1D GlobalAvgPool2D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPooling1D
    GlobalMaxPooling2D GroupNormalization GroupQueryAttention Identity InputLayer LSTM LSTMCell LayerNormalization
    LeakyReLU Masking MaxPool1D MaxPool2D MaxPooling1D MaxPooling2D Maximum Minimum MultiHeadAttention Multiply
    Normalization PReLU Permute RMSNormalization RNN ReLU RepeatVector Rescaling Reshape SeparableConv1D SeparableConv2D
    SimpleRNN SimpleRNNCell Softmax SpatialDropout1D SpatialDropout2D SpectralNormalization StackedRNNCells Subtract
    ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D
""")

OPERATIONS = _names("""
    Abs Absolute Add All Amax Amin Any Append Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin
    Argsort Array Average AveragePool BatchNorm BroadcastTo Cast Cbrt Ceil Celu Clip Concatenate Conv ConvertToTensor
    Copy Cos Cosh CountNonzero Cumprod Cumsum DepthwiseConv Diff Digitize Divide DivideNoNan Dot DotProductAttention
    Einsum Elu Equal Erf Erfc Erfinv Exp Exp2 ExpandDims Expm1 Flip Floor FloorDivide Full FullLike Gelu GetItem Glu
    Greater GreaterEqual HardShrink HardSigmoid HardSilu HardTanh Heaviside Inner Isclose Isfinite Isinf Isnan LayerNorm
    LeakyRelu Less LessEqual Log Log10 Log1p Log2 LogSigmoid LogSoftmax Logaddexp LogicalAnd LogicalNot LogicalOr
    LogicalXor Logsumexp Matmul Max MaxPool Maximum Mean Median Min Minimum Mod Moments Moveaxis Multiply NanToNum
    Nanmax Nanmean Nanmin Nanstd Nansum Nanvar Negative Norm Normalize NotEqual OneHot OnesLike Outer Pad Power Prod
    RMSNorm Ravel Reciprocal Relu Relu6 Repeat Reshape Roll Round Rsqrt SearchSorted Select Selu Sigmoid Sign Silu Sin
    Sinh Size Slice Softmax SoftShrink Softplus Softsign Sort Sparsemax Split Sqrt Square Squareplus Squeeze Stack Std
    StopGradient Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh TanhShrink Tensordot Threshold Tile Transpose Tril
    Triu TrueDivide Trunc Unstack Var Where ZerosLike
""")

PIECES = _names("""
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer LecunNormal LecunUniform Ones
    Orthogonal OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros L1 L1L2 L2
    OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg UnitNorm DTypePolicy FloatDTypePolicy Policy SeedGenerator
    Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer Nadam RMSprop SGD
    ExponentialDecay CosineDecay CosineDecayRestarts PiecewiseConstantDecay PolynomialDecay InverseTimeDecay
    BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy
    SparseCategoricalCrossentropy Hinge SquaredHinge Huber KLDivergence LogCosh MeanAbsoluteError MeanSquaredError
    MeanAbsolutePercentageError MeanSquaredLogarithmicError Poisson AUC Accuracy BinaryAccuracy CategoricalAccuracy
    SparseCategoricalAccuracy F1Score FBetaScore FalseNegatives FalsePositives TrueNegatives TruePositives Precision
    Recall PrecisionAtRecall RecallAtPrecision SensitivityAtSpecificity SpecificityAtSensitivity RootMeanSquaredError
    CategoricalHinge CosineSimilarity LogCoshError MeanIoU IoU BinaryIoU Dice Tversky CTC Circle Muon
    ConcordanceCorrelation PearsonCorrelation R2Score TopKCategoricalAccuracy SparseTopKCategoricalAccuracy Mean Sum
""")
"""Initializers, regularizers, constraints, types of numbers; and what an inner model was trained with."""

VALUES = frozenset(
    {
        "__keras_tensor__",
        "__tensor__",
        "__numpy__",
        "__bytes__",
        "__ellipsis__",
        "__slice__",
        "__tuple__",
        "TensorShape",
    }
)
"""Plain values that Keras writes as if they were objects."""

FUNCTIONS = _names("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid
    sparsemax squareplus swish tanh tanh_shrink threshold
""")
"""Activations."""

TYPES = _names("""
    bool bfloat16 float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 mixed_bfloat16 mixed_float16
""")
"""Of numbers, and policies for them."""

POLICIES = frozenset({"DTypePolicy", "FloatDTypePolicy", "Policy"})

NAMED = {
    "activation": FUNCTIONS,
    "initializer": _names("""
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer LecunNormal LecunUniform
        Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros constant
        glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform normal one ones orthogonal
        random_normal random_uniform truncated_normal uniform variance_scaling zero zeros
    """),
    "regularizer": _names("L1 L1L2 L2 OrthogonalRegularizer l1 l1l2 l1_l2 l2 orthogonal_regularizer"),
    "constraint": _names("MaxNorm MinMaxNorm NonNeg UnitNorm max_norm min_max_norm non_neg unit_norm"),
    "dtype": TYPES,
}
"""What may be named by text alone, by the end of the key that it stands under."""

WORDS = {
    "merge_mode": _names("ave concat mul sum"),
    "score_mode": _names("concat dot"),
    "data_format": _names("channels_first channels_last"),
    "padding": _names("causal same valid"),
    "output_mode": _names("count int multi_hot one_hot tf_idf"),
}
"""Words that say how a layer works."""

RUN_CODE = frozenset(
    {"Lambda", "__lambda__", "lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFOpLambda"}
    | {"SlicingOpLambda", "TensorFlowOpLayer", "__typespec__", "TypeSpec", "CompositeTensor"}
)
"""Refused like all that is not listed, but their danger can be told."""

CALL_FUNCTIONS = frozenset(
    {"Map", "Scan", "AssociativeScan", "Cond", "ForiLoop", "WhileLoop", "VectorizedMap", "Switch", "Function", "JVP"}
)
READ_FILES = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "FeatureSpace", "FileLookup"})
