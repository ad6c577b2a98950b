using System.CommandLine;
using MimKit.Cli.Notebooks;

namespace MimKit.Cli.Commands;

/// <summary><c>mimkit kernel install | run</c>: C# in any Jupyter front end.</summary>
static class KernelCommand
{
    public static Command Create(TextWriter output)
    {
        var user = new Option<bool>("--user") { Description = "For this user only (the default)." };
        var prefix = new Option<DirectoryInfo?>("--prefix") { HelpName = "DIR", Description = "For the Python or conda environment in this folder, or /usr/local for everybody." };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "The kernel's name among Jupyter's.", DefaultValueFactory = _ => KernelFolder.DefaultName };
        var install = new Command("install", "Makes Jupyter know the kernel \"C# (MimKit)\".") { user, prefix, name };
        install.SetAction(parsed => Install(parsed.GetValue(user), parsed.GetValue(prefix), parsed.GetRequiredValue(name), output));

        var file = new Argument<string>("CONNECTION") { Description = "The connection file that the front end wrote." };
        var run = new Command("run", "Serves one front end; Jupyter starts this by itself.") { file };
        run.SetAction(parsed => KernelProcess.Run(parsed.GetRequiredValue(file)));
        return new Command("kernel", "A Jupyter kernel for C# notebooks.") { install, run };
    }

    static int Install(bool user, DirectoryInfo? prefix, string name, TextWriter output)
    {
        if (user && prefix is not null) throw new ArgumentException("--user and --prefix exclude each other; give one of them.");
        var data = prefix is null ? KernelFolder.OfUser() : Path.Combine(prefix.FullName, "share", "jupyter");
        foreach (var line in KernelFolder.Install(data, name)) output.WriteLine(line);
        return 0;
    }
}
