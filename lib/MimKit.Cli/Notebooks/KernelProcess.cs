using System.Runtime.InteropServices;
using MimKit.Notebook;

namespace MimKit.Cli.Notebooks;

/// <summary>The process that Jupyter starts: one kernel, until the front end ends it or is gone.</summary>
static class KernelProcess
{
    /// <returns>The process's exit code; the process is meant to end with it, whatever threads the cells have left behind.</returns>
    public static int Run(string connectionFile)
    {
        using var kernel = new JupyterKernel(connectionFile, new KernelOptions
        {
            Session = NotebookHost.Session,
            Implementation = "mimkit",
            PlotlyScript = NotebookHost.Assets().PlotlyPath,
            Banner = "C# (MimKit): masked image modelling in C#",
        });
        kernel.OwnProcess();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            kernel.Interrupt();
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            kernel.End();
        });
        kernel.Ended.Wait();
        return 0;
    }
}
