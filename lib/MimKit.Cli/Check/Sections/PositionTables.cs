using MimKit.Models;

namespace MimKit.Cli.Check.Sections;

/// <summary>Position tables brought to another size.</summary>
static class PositionTables
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["beit2_relpos_resize"] = Relative, ["pos_embed_resize"] = Absolute };

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
}
