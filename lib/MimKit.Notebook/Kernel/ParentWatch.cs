using System.Runtime.InteropServices;

namespace MimKit.Notebook;

/// <summary>Notices that the front end which started this kernel is gone, so that no orphan keeps a device and its memory.</summary>
static partial class ParentWatch
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Calls <paramref name="gone"/> once when the parent process has changed; without Jupyter's word on who it is, nothing is watched.</summary>
    public static void Start(Action gone)
    {
        var parent = getppid();
        // Set for the process that Jupyter starts; where something stands between, its death says nothing.
        if (Environment.GetEnvironmentVariable("JPY_PARENT_PID") != parent.ToString(System.Globalization.CultureInfo.InvariantCulture)) return;
        new Thread(() =>
        {
            while (getppid() == parent) Thread.Sleep(Every);
            gone();
        }) { IsBackground = true, Name = "parent watch" }.Start();
    }

    [LibraryImport("libc")] private static partial int getppid();
}
