using MimKit.Cli;
using MimKit.Cli.Notebooks;

// A kernel is started while somebody waits for it, and its cells may leave threads behind that would hold the process.
Environment.Exit(args is ["kernel", "run", { } connection] && File.Exists(connection) ? KernelProcess.Run(connection) : CommandLine.Run(args, Console.Out, Console.Error));
