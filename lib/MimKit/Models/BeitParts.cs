namespace MimKit.Models;

/// <summary>What BEiT's transformer has beyond its shape (METHODS 1.1, 1.2). Defaults: BEiT v2 base in pre-training.</summary>
public sealed record BeitParts
{
    /// <summary>Start of the vectors that scale each branch; 0: there are none. 0.1 for base, 1e-5 for large.</summary>
    public double LayerScale { get; init; } = 0.1;

    /// <summary>One relative position bias for all blocks (pre-training).</summary>
    public bool SharedBias { get; init; } = true;

    /// <summary>A relative position bias of every block's own (fine-tuning; DTM has both).</summary>
    public bool BlockBias { get; init; }

    /// <summary>Learned absolute positions, added to the tokens.</summary>
    public bool Positions { get; init; }

    /// <summary>Whether queries and values have a bias; keys never have.</summary>
    public bool QueryValueBias { get; init; } = true;

    /// <summary>Stochastic depth of the last block; the first has 0, those between lie on a line.</summary>
    public double DropPath { get; init; }
}

/// <summary>
/// BEiT v2's patch aggregation: the class token of the last block with the patches of an earlier one, through a few blocks of their own, so that
/// what the patches know must pass through the class token (METHODS 2.4).
/// </summary>
/// <param name="FromBlock">l, counted from 1: whose patches; 9 of 12, 21 of 24</param>
/// <param name="Blocks">how many blocks of its own; 1 or 2 in the paper</param>
/// <param name="SharedHead">whether norm and head are those of the first output</param>
public sealed record PatchAggregation(int FromBlock, int Blocks = 2, bool SharedHead = true)
{
    internal void Check(VitConfig config)
    {
        if (FromBlock < 1 || FromBlock > config.Blocks || Blocks < 1)
            throw new ArgumentException($"Patch aggregation takes the patches of block {FromBlock} through {Blocks} blocks; the model has blocks 1 to {config.Blocks}, and at least one block must follow.");
    }
}
