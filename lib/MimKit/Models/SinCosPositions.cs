namespace MimKit.Models;

/// <summary>The fixed 2-d sine-cosine position embedding of MAE.</summary>
public static class SinCosPositions
{
    /// <summary>
    /// One row a patch, after a row of zeros for the class token. The first half of the channels encodes the column, the second the
    /// row; each half is D/4 sines, then D/4 cosines, of frequencies 10000^(-i / (D/4)).
    /// </summary>
    /// <param name="width">D, a multiple of 4</param>
    /// <param name="rows">rows of the grid</param>
    /// <param name="columns">columns of the grid</param>
    /// <returns>[1, 1 + rows · columns, D] float32, computed in double precision</returns>
    public static Tensor Table(int width, int rows, int columns)
    {
        var quarter = width / 4;
        var table = new float[(1 + rows * columns) * width];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var line = table.AsSpan((1 + row * columns + column) * width, width);
                for (var i = 0; i < quarter; i++)
                {
                    var frequency = Math.Pow(10000, -(double)i / quarter);
                    line[i] = (float)Math.Sin(column * frequency);
                    line[quarter + i] = (float)Math.Cos(column * frequency);
                    line[2 * quarter + i] = (float)Math.Sin(row * frequency);
                    line[3 * quarter + i] = (float)Math.Cos(row * frequency);
                }
            }
        return tensor(table, [1, 1 + rows * columns, width]);
    }
}
