namespace MimKit.Torch;

/// <summary>The operators that the typed surface uses, each looked up at its first call.</summary>
internal static class Ops
{
    // creation
    internal static readonly Op empty = new("aten::empty", "memory_format"), full = new("aten::full"), zeros = new("aten::zeros"), ones = new("aten::ones"),
        rand = new("aten::rand"), randn = new("aten::randn"), randint = new("aten::randint", "low"), randperm = new("aten::randperm"), arange = new("aten::arange", "start_step"),
        linspace = new("aten::linspace"), eye = new("aten::eye"), zeros_like = new("aten::zeros_like"), ones_like = new("aten::ones_like"), empty_like = new("aten::empty_like"),
        full_like = new("aten::full_like"), clone = new("aten::clone"), _to_copy = new("aten::_to_copy"), copy_ = new("aten::copy_"), fill_ = new("aten::fill_", "Scalar"), zero_ = new("aten::zero_"),
        normal_ = new("aten::normal_"), uniform_ = new("aten::uniform_");

    // arithmetic
    internal static readonly Op add = new("aten::add", "Tensor"), add_s = new("aten::add", "Scalar"), add_ = new("aten::add_", "Tensor"), add_s_ = new("aten::add_", "Scalar"),
        sub = new("aten::sub", "Tensor"), sub_s = new("aten::sub", "Scalar"), sub_ = new("aten::sub_", "Tensor"), rsub = new("aten::rsub", "Scalar"),
        mul = new("aten::mul", "Tensor"), mul_s = new("aten::mul", "Scalar"), mul_ = new("aten::mul_", "Tensor"), mul_s_ = new("aten::mul_", "Scalar"),
        div = new("aten::div", "Tensor"), div_s = new("aten::div", "Scalar"), div_ = new("aten::div_", "Tensor"), div_s_ = new("aten::div_", "Scalar"),
        neg = new("aten::neg"), pow = new("aten::pow", "Tensor_Scalar"), sqrt = new("aten::sqrt"), rsqrt = new("aten::rsqrt"), exp = new("aten::exp"), log = new("aten::log"), abs = new("aten::abs"),
        square = new("aten::square"), reciprocal = new("aten::reciprocal"), sin = new("aten::sin"), cos = new("aten::cos"), tanh = new("aten::tanh"), erf = new("aten::erf"), floor = new("aten::floor"), round = new("aten::round"), sign = new("aten::sign"),
        sigmoid = new("aten::sigmoid"), clamp = new("aten::clamp"), clamp_ = new("aten::clamp_"), maximum = new("aten::maximum"), minimum = new("aten::minimum"), lerp_ = new("aten::lerp_", "Scalar"), addcmul_ = new("aten::addcmul_"), addcdiv_ = new("aten::addcdiv_"),
        remainder = new("aten::remainder", "Scalar"), floor_divide = new("aten::floor_divide", "Scalar"), isfinite = new("aten::isfinite"), isnan = new("aten::isnan");

    // comparison and logic
    internal static readonly Op eq = new("aten::eq", "Tensor"), eq_s = new("aten::eq", "Scalar"), ne = new("aten::ne", "Tensor"), ne_s = new("aten::ne", "Scalar"), lt = new("aten::lt", "Tensor"), lt_s = new("aten::lt", "Scalar"),
        le = new("aten::le", "Tensor"), le_s = new("aten::le", "Scalar"), gt = new("aten::gt", "Tensor"), gt_s = new("aten::gt", "Scalar"), ge = new("aten::ge", "Tensor"), ge_s = new("aten::ge", "Scalar"),
        logical_not = new("aten::logical_not"), logical_and = new("aten::logical_and"), logical_or = new("aten::logical_or"), where = new("aten::where", "self"),
        all = new("aten::all"), any = new("aten::any"), allclose = new("aten::allclose"), equal = new("aten::equal");

    // shape
    internal static readonly Op reshape = new("aten::reshape"), view = new("aten::view"), flatten = new("aten::flatten", "using_ints"), permute = new("aten::permute"), transpose = new("aten::transpose", "int"), t = new("aten::t"),
        unsqueeze = new("aten::unsqueeze"), squeeze = new("aten::squeeze"), squeeze_dim = new("aten::squeeze", "dim"), expand = new("aten::expand"), repeat = new("aten::repeat"), contiguous = new("aten::contiguous"),
        cat = new("aten::cat"), stack = new("aten::stack"), split = new("aten::split", "Tensor"), chunk = new("aten::chunk"), narrow = new("aten::narrow"), select = new("aten::select", "int"), slice = new("aten::slice", "Tensor"),
        flip = new("aten::flip"), unfold = new("aten::unfold"), detach = new("aten::detach"), unbind = new("aten::unbind", "int"), roll = new("aten::roll"), repeat_interleave = new("aten::repeat_interleave", "self_int");

    // indexing
    internal static readonly Op index = new("aten::index", "Tensor"), index_put_ = new("aten::index_put_"), index_select = new("aten::index_select"), index_add_ = new("aten::index_add_"), index_copy_ = new("aten::index_copy_"), gather = new("aten::gather"),
        scatter = new("aten::scatter", "src"), scatter_ = new("aten::scatter_", "src"), scatter_value_ = new("aten::scatter_", "value"), scatter_add_ = new("aten::scatter_add_"), masked_fill = new("aten::masked_fill", "Scalar"), masked_fill_ = new("aten::masked_fill_", "Scalar"),
        masked_select = new("aten::masked_select"), nonzero = new("aten::nonzero"), bincount = new("aten::bincount"), one_hot = new("aten::one_hot"), take_along_dim = new("aten::take_along_dim");

    // reduction and order
    internal static readonly Op sum = new("aten::sum"), sum_d = new("aten::sum", "dim_IntList"), mean = new("aten::mean"), mean_d = new("aten::mean", "dim"), var_d = new("aten::var", "dim"), std_d = new("aten::std", "dim"), std = new("aten::std"), var = new("aten::var"),
        max = new("aten::max"), max_d = new("aten::max", "dim"), min = new("aten::min"), min_d = new("aten::min", "dim"), amax = new("aten::amax"), amin = new("aten::amin"), argmax = new("aten::argmax"), argmin = new("aten::argmin"),
        argsort = new("aten::argsort"), sort = new("aten::sort"), topk = new("aten::topk"), cumsum = new("aten::cumsum"), prod = new("aten::prod"), norm = new("aten::linalg_vector_norm"), logsumexp = new("aten::logsumexp");

    // linear algebra
    internal static readonly Op matmul = new("aten::matmul"), mm = new("aten::mm"), bmm = new("aten::bmm"), mv = new("aten::mv"), addmm = new("aten::addmm"), linear = new("aten::linear"), einsum = new("aten::einsum"), dot = new("aten::dot"), outer = new("aten::outer");

    // networks
    internal static readonly Op softmax = new("aten::softmax", "int"), log_softmax = new("aten::log_softmax", "int"), gelu = new("aten::gelu"), relu = new("aten::relu"), silu = new("aten::silu"), dropout = new("aten::dropout"),
        layer_norm = new("aten::layer_norm"), batch_norm = new("aten::batch_norm"), conv2d = new("aten::conv2d"), embedding = new("aten::embedding"), cross_entropy = new("aten::cross_entropy_loss"), mse_loss = new("aten::mse_loss"), l1_loss = new("aten::l1_loss"),
        smooth_l1 = new("aten::smooth_l1_loss"), nll_loss = new("aten::nll_loss"), normalize_norm = new("aten::linalg_vector_norm"), affine_grid = new("aten::affine_grid_generator"), grid_sampler = new("aten::grid_sampler"),
        avg_pool2d = new("aten::avg_pool2d"), adaptive_avg_pool2d = new("aten::_adaptive_avg_pool2d"), bilinear = new("aten::upsample_bilinear2d"), bicubic = new("aten::upsample_bicubic2d"), cosine_similarity = new("aten::cosine_similarity");
}
