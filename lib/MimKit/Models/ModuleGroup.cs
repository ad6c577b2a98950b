namespace MimKit.Models;

/// <summary>A part of a network that only holds other parts, so that their names in a state are those of released weights.</summary>
public sealed class ModuleGroup(string name) : torch.nn.Module(name);
