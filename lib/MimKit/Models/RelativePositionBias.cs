namespace MimKit.Models;

/// <summary>
/// BEiT's relative position bias: a learned number a head for every offset between two patches, and three for pairs with the class token,
/// added to the attention logits (METHODS 1.2). Starts at zero. H heads, n = 1 + rows · columns tokens.
/// </summary>
public sealed class RelativePositionBias : nn.Module
{
    private readonly Parameter _table;                                             // [rows of the table, H]
    private readonly Tensor _index;                                                // [n, n] int64

    public RelativePositionBias(PatchGrid grid, int heads) : base(nameof(RelativePositionBias))
    {
        register_parameter("relative_position_bias_table", _table = new Parameter(zeros(TableRows(grid.Rows, grid.Columns), heads)));
        register_buffer("relative_position_index", _index = Index(grid.Rows, grid.Columns));
    }

    /// <summary>What is added to the logits.</summary>
    /// <returns>[H, n, n] float32, differentiable</returns>
    public Tensor Bias() => Look(_table, _index);

    /// <summary>Rows of a table: every offset of a grid, then class token to patch, patch to class token, class token to itself.</summary>
    public static int TableRows(int rows, int columns) => (2 * rows - 1) * (2 * columns - 1) + 3;

    /// <summary>Reads a table.</summary>
    /// <param name="table">[rows, H]</param>
    /// <param name="index">[n, n] from <see cref="Index"/></param>
    /// <returns>[H, n, n]</returns>
    public static Tensor Look(Tensor table, Tensor index) =>
        table.index_select(0, index.flatten()).t().reshape(table.size(1), index.size(0), index.size(1));

    /// <summary>Which row of the table belongs to a pair of tokens; token 0 is the class token, patches follow row by row.</summary>
    /// <returns>[n, n] int64, query first</returns>
    public static Tensor Index(int rows, int columns)
    {
        var (n, last) = (1 + rows * columns, TableRows(rows, columns) - 1);
        var index = new long[n * n];
        for (var query = 0; query < n; query++)
            for (var key = 0; key < n; key++)
            {
                var (i, j) = (query - 1, key - 1);
                index[query * n + key] = (query, key) switch
                {
                    (0, 0) => last,
                    (_, 0) => last - 1,                                            // key is the class token
                    (0, _) => last - 2,                                            // query is
                    _ => (i / columns - j / columns + rows - 1) * (2 * columns - 1) + i % columns - j % columns + columns - 1,
                };
            }
        return tensor(index, [n, n]);
    }
}
