using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests.Operators;

public class ConversionTests
{
    [Fact]
    public void Types_promote_as_in_PyTorch()
    {
        Assert.Equal(float32, promote_types(int64, float32));
        Assert.Equal(float32, promote_types(bfloat16, float16));
        Assert.Equal(int16, promote_types(uint8, int8));
        Assert.Equal(float32, result_type(ones(2), ones([], float64)));             // a scalar tensor of the same category does not widen
        Assert.Equal(float64, result_type(ones(2), ones([1], float64)));
        Assert.True(can_cast(float32, float64) && !can_cast(float32, int64));
        Assert.True(is_floating_point(bfloat16) && !is_floating_point(int64) && is_integral(@bool));
        Assert.Equal(float32, (ones([2], int64) * 1.5).dtype);
        Assert.Equal(int64, (ones([2], int64) * 2).dtype);
        Assert.Equal(float32, (ones([2], int64) / 2).dtype);
    }

    [Fact]
    public void New_tensors_take_type_and_device_of_the_old_one()
    {
        var x = ones([2], float64);
        foreach (var y in new[] { x.new_zeros([3]), x.new_ones([3]), x.new_full([3], 5), x.new_empty([3]), x.empty_like(), empty_like(x), empty([2], float64) }) Assert.Equal(float64, y.dtype);
        Assert.Equal([5d, 5, 5], x.new_full([3], 5).ToArray<double>());
        Assert.Equal(int32, x.new_zeros([1], int32).dtype);
        Assert.True(x.is_same_size(zeros(2)) && !x.is_same_size(zeros(3)));
    }

    [Fact]
    public void Arrays_of_any_rank_and_type_become_tensors()
    {
        Assert.Equal([2L, 3], from_array(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).shape);
        Assert.Equal([4f, 5, 6], from_array(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } })[1].ToArray<float>());
        Assert.Equal(int16, from_array(new short[] { 1 }).dtype);
        Assert.Equal(float16, tensor(new[] { (Half)1.5f }).dtype);
        Assert.Equal(float64, tensor(new[] { 1, 2 }, dtype: float64).dtype);
        Assert.True(tensor(new[] { 1f }, requires_grad: true).requires_grad);
        Assert.Contains("no tensor of String", Assert.Throws<ArgumentException>(() => from_array(new[] { "a" })).Message);
    }

    [Fact]
    public void A_tensor_goes_to_types_and_devices()
    {
        var x = tensor(new[] { 1.5f, -2 });
        Assert.Equal([1L, -2], x.to(int64).ToArray<long>());
        Assert.Equal(int64, x.to_type(int64).dtype);
        Assert.Equal(int64, x.type(int64).dtype);
        Assert.Equal(float64, x.to(ones([1], float64)).dtype);
        Assert.Equal((float64, CPU), (x.to(float64, CPU).dtype, x.cpu().device));
        Assert.Equal("meta", x.to(META).device.ToString());
        Assert.NotEqual(x.Handle, x.to(float32, copy: true).Handle);
        Assert.Equal(1.5, (double)x[0]);
        if (cuda.is_available()) Assert.True(x.pin_memory().is_pinned() && x.cuda().is_cuda);
        else Assert.Throws<TorchException>(() => x.pin_memory());
    }
}
