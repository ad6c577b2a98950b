using System.Text.Json.Nodes;
using MimKit.Ablations;
using MimKit.Data;
using MimKit.Tests.Training;

namespace MimKit.Tests.Ablations;

public sealed class ClaimBoardTests : IDisposable
{
    private static readonly Claim Holds = new("more-is-better", "More is better.", "a paper, Table 1", "more − less", setting => [.. Enumerable.Range(0, setting.Seeds).Select(seed => 1 + 0.1 * seed)]);
    private static readonly Claim Untried = Holds with { Name = "less-is-better", Statement = "Less is <better>." };

    private readonly string _folder = Directory.CreateTempSubdirectory("mimkit-claims-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ClaimBoard Session(int images = 20)
    {
        var set = TinySubject.Images(images);
        return new(new Trials(new DataSplits(set, set, set), "smoke", _folder));
    }

    [Fact]
    public void A_tried_claim_is_shown_with_its_date_by_the_next_session()
    {
        Session().Try(Holds, seeds: 5);
        var shown = Session().Show(Holds, Untried);
        Assert.Contains("SUPPORTED  More is better.", $"{shown}");
        Assert.Contains("+1.20 points, 95 % interval [+1.00, +1.40], 5 paired seeds", $"{shown}");
        Assert.Contains($"tried {DateTime.UtcNow:yyyy}-", $"{shown}");
        Assert.DoesNotContain("stale", $"{shown}");
        Assert.Contains("NOT TRIED  Less is <better>.", $"{shown}");
        Assert.Contains("Less is &lt;better&gt;.", (string)shown.MimeBundle()["text/html"]);
        Assert.Equal(1.2, (double)((JsonObject)shown.MimeBundle()["application/vnd.mimkit.table+json"])["rows"]![0]!["difference / points"]!, 1e-9);
    }

    [Fact]
    public void A_result_on_other_images_is_called_stale()
    {
        Session().Try(Holds, seeds: 5);
        Assert.Contains("stale: data changed since", $"{Session(images: 10).Show(Holds)}");
    }
}
