using System.CommandLine;
using MimKit.Data;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit data list | verify NAME | fetch NAME</c>: the data sets that data-manifests/ describes.</summary>
static class DataCommand
{
    public static Command Create(TextWriter output)
    {
        var name = new Argument<string>("NAME") { Description = "A data set, as 'mimkit data list' names it." };
        var list = new Command("list", "The known data sets.");
        list.SetAction(_ => List(output));
        var verify = new Command("verify", "Reads every file and compares its checksum.") { name };
        verify.SetAction(parsed => Verify(parsed.GetRequiredValue(name), output));
        var fetch = new Command("fetch", "Gets what is missing, or says how to.") { name };
        fetch.SetAction(parsed => Fetch(parsed.GetRequiredValue(name), output));
        return new Command("data", "Data sets: what is known, what is here, is it whole.") { list, verify, fetch };
    }

    static int List(TextWriter output)
    {
        foreach (var data in Datasets.All)
        {
            var image = data.Image;
            output.WriteLine($"{data.Name,-16} {data.Splits.Train:N0}/{data.Splits.Val:N0}/{data.Splits.Test:N0} images (train/val/test), " +
                             $"{image.Channels}×{image.Height}×{image.Width}, {data.ClassCount:N0} classes, {data.Licence}");
            output.WriteLine($"{"",-16} {(DataFolder.IsPresent(data) ? "here" : "not here: ./mimkit data fetch " + data.Name)}; {data.Homepage}");
        }
        return 0;
    }

    static int Verify(string name, TextWriter output)
    {
        var files = Datasets.Verify(name);
        foreach (var file in files) output.WriteLine(file);
        var broken = files.Count(file => file.Problem is not null);
        output.WriteLine(broken == 0 ? $"{name}: all {files.Count} files are whole." : $"{name}: {broken} of {files.Count} files cannot be used.");
        return broken == 0 ? 0 : 1;
    }

    static int Fetch(string name, TextWriter output)
    {
        var data = Datasets.Manifest(name);
        using var interrupt = new Interrupt(() => output.WriteLine("stopping"));
        new DataFetch(data, ProgressLines.To(output)).Run(interrupt.Token);
        output.WriteLine($"{data.Title} is here and whole.");
        return 0;
    }
}
