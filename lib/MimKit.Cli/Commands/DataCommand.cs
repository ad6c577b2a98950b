using System.CommandLine;
using MimKit.Data;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit data list | verify NAME | fetch NAME</c>: the data sets that data-manifests/ describes.</summary>
static class DataCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("NAME") { Description = "A data set, as 'mimkit data list' names it." };
        var list = new Command("list", "The known data sets.");
        list.SetAction(_ => List(output));
        var verify = new Command("verify", "Reads every file and compares its checksum.") { name };
        verify.SetAction(parsed => Verify(parsed.GetRequiredValue(name), output));
        var fetch = new Command("fetch", "Says where the files are, or how to get them.") { name };
        fetch.SetAction(parsed => Fetch(parsed.GetRequiredValue(name), output, error));
        return new Command("data", "Data sets: what is known, what is here, is it whole.") { list, verify, fetch };
    }

    static int List(TextWriter output)
    {
        foreach (var data in Datasets.All)
        {
            var image = data.Image;
            output.WriteLine($"{data.Name,-16} {data.Splits.Train:N0}/{data.Splits.Val:N0}/{data.Splits.Test:N0} images (train/val/test), " +
                             $"{image.Channels}×{image.Height}×{image.Width}, {data.Classes.Count} classes, {data.Licence}");
            output.WriteLine($"{"",-16} Debian package {data.Provider.SystemPackage}, {data.Homepage}");
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

    static int Fetch(string name, TextWriter output, TextWriter error)
    {
        var data = Datasets.Manifest(name);
        var problems = Datasets.Verify(name).Where(file => file.Problem is not null).ToList();
        if (problems.Count == 0)
        {
            output.WriteLine($"{data.Title} is here and whole.");
            return 0;
        }
        error.WriteLine($"mimkit: {data.Title}: {string.Join(", ", problems.Select(file => file.File))} missing or damaged. To get it:\n" +
                        $"  Debian, Ubuntu:  apt-get install {data.Provider.SystemPackage}      (./mimkit setup does it as root)\n" +
                        $"  elsewhere:       the files of {data.Homepage} in a folder, and MIMKIT_DATA set to that folder\n" +
                        $"  then:            ./mimkit data verify {name}");
        return 1;
    }
}
