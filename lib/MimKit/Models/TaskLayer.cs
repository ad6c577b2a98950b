namespace MimKit.Models;

/// <summary>BEiT v2's task layer: linear, tanh, linear, in float32 whatever the activations are (METHODS 2.1).</summary>
public sealed class TaskLayer : nn.Module<Tensor, Tensor>
{
    private readonly Linear _first, _second;

    public TaskLayer(int width, int outputs) : base(nameof(TaskLayer))
    {
        register_module("0", _first = nn.Linear(width, width));
        register_module("2", _second = nn.Linear(width, outputs));
    }

    public override Tensor forward(Tensor x) => _second.call(_first.call(x.to(float32)).tanh());
}
