using MimKit.Models;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check.Sections;

/// <summary>Position tables brought to another size.</summary>
static class PositionTables
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["beit2_relpos_resize"] = Relative, ["pos_embed_resize"] = Absolute, ["pos_embed_scale"] = InForward };

    static void Relative(ReferenceCase stored, Findings found)
    {
        var resize = new RelativePositionResize(stored.Integer("src_grid"), stored.Integer("dst_grid"));
        found.Compare("q", [resize.Growth]);
        found.Compare("src_positions", resize.Source);
        found.Compare("dst_positions", resize.Wanted);
        found.Compare("dst_table", resize.Apply(stored["src_table"]));
    }

    static void Absolute(ReferenceCase stored, Findings found) =>
        found.Compare("resized", PositionResize.Table(stored["pos_embed"], stored.Integer("src_grid"), stored.Integer("dst_grid")));

    static void InForward(ReferenceCase stored, Findings found)
    {
        var (from, to, table) = (stored.Integer("src_grid"), stored.Numbers("dst"), stored["pos_embed"]);
        var patches = PositionResize.Apply(table.narrow(1, 1, from * from), PositionResize.Axis(from, (int)to[0]), PositionResize.Axis(from, (int)to[1]));
        found.Compare("resized", cat([table.narrow(1, 0, 1), patches], 1));
    }
}
