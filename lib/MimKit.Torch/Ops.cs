namespace MimKit.Torch;

/// <summary>The operators that code by hand calls, each looked up at its first call. Those of the table (operators.txt) are in <c>Aten</c>.</summary>
internal static class Ops
{
    // creation
    internal static readonly Op empty = new("aten::empty", "memory_format"), full = new("aten::full"), zeros = new("aten::zeros"), ones = new("aten::ones"),
        rand = new("aten::rand", "generator"), randn = new("aten::randn", "generator"),
        randint = new("aten::randint", "low_generator"), randperm = new("aten::randperm", "generator"), arange = new("aten::arange", "start_step"),
        linspace = new("aten::linspace"), eye = new("aten::eye", "m"), zeros_like = new("aten::zeros_like"), ones_like = new("aten::ones_like"), empty_like = new("aten::empty_like"),
        full_like = new("aten::full_like"), rand_like = new("aten::rand_like"), randn_like = new("aten::randn_like"), randint_like = new("aten::randint_like", "low_dtype"),
        logspace = new("aten::logspace"), meshgrid = new("aten::meshgrid", "indexing"), _to_copy = new("aten::_to_copy");

    // arithmetic, shape and indexing
    internal static readonly Op rsub = new("aten::rsub", "Scalar"), squeeze = new("aten::squeeze"), squeeze_dim = new("aten::squeeze", "dim"), slice = new("aten::slice", "Tensor"),
        cat = new("aten::cat"), stack = new("aten::stack"), hstack = new("aten::hstack"), vstack = new("aten::vstack"), dstack = new("aten::dstack"), where = new("aten::where"),
        broadcast_tensors = new("aten::broadcast_tensors"), result_type = new("aten::result_type", "Tensor"), promote_types = new("aten::promote_types"), can_cast = new("aten::can_cast"),
        pin_memory = new("aten::pin_memory"), is_pinned = new("aten::is_pinned"), index = new("aten::index", "Tensor"), index_put_ = new("aten::index_put_"),
        unique = new("aten::_unique2"), unique_dim = new("aten::unique_dim"), unique_consecutive = new("aten::unique_consecutive");

    // networks
    internal static readonly Op pad = new("aten::pad"), nearest1d = new("aten::upsample_nearest1d", "vec"), nearest2d = new("aten::upsample_nearest2d", "vec"),
        nearest_exact2d = new("aten::_upsample_nearest_exact2d", "vec"), linear1d = new("aten::upsample_linear1d", "vec"), bilinear2d = new("aten::upsample_bilinear2d", "vec"),
        bicubic2d = new("aten::upsample_bicubic2d", "vec"), bilinear2d_aa = new("aten::_upsample_bilinear2d_aa", "vec"), bicubic2d_aa = new("aten::_upsample_bicubic2d_aa", "vec"),
        adaptive_avg_pool2d = new("aten::adaptive_avg_pool2d");
}
