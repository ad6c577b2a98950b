using System.Runtime.InteropServices;

namespace MimKit.Cli.Bench;

/// <summary>One way to run PyTorch on this machine: which OpenBLAS, how threads wait, which vector units ATen uses.</summary>
/// <param name="Blas">"pthread" or "openmp": Debian's two builds of OpenBLAS; null where the system's own is used.</param>
/// <param name="BlasFolder">Where that build lies.</param>
/// <param name="Wait">OMP_WAIT_POLICY: "active" or "passive".</param>
/// <param name="Capability">ATEN_CPU_CAPABILITY: "avx2" or "avx512"; null on other processors.</param>
sealed record PeerSetting(string? Blas, string? BlasFolder, string Wait, string? Capability)
{
    /// <summary>Every combination that this machine has.</summary>
    public static IReadOnlyList<PeerSetting> All()
    {
        var blas = BlasFolders().DefaultIfEmpty((null, null)).ToList();
        return
        [
            .. from capability in Capabilities() from build in blas from wait in new[] { "active", "passive" }
               select new PeerSetting(build.Item1, build.Item2, wait, capability),
        ];
    }

    /// <summary>The environment of a process in this setting: what the launcher has set for us is taken away first.</summary>
    public void Apply(IDictionary<string, string?> environment, int threads)
    {
        foreach (var name in environment.Keys.Where(IsOurs).ToList()) environment.Remove(name);
        environment["OMP_NUM_THREADS"] = threads.ToString();
        environment["OMP_WAIT_POLICY"] = Wait;
        if (BlasFolder is not null) environment["LD_LIBRARY_PATH"] = BlasFolder;
        if (Capability is not null) environment["ATEN_CPU_CAPABILITY"] = Capability;
    }

    public override string ToString() => string.Join(", ", new[] { Blas is null ? "system BLAS" : $"{Blas} OpenBLAS", $"{Wait} waiting", Capability }.OfType<string>());

    static bool IsOurs(string name) =>
        name is "LD_LIBRARY_PATH" or "LD_PRELOAD" or "ATEN_CPU_CAPABILITY" or "MALLOC_ARENA_MAX" ||
        new[] { "OMP_", "GOMP_", "KMP_", "OPENBLAS_", "DNNL_", "ONEDNN_", "PYTHON" }.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    // The launcher unpacks the pthread build beside ours where the system does not have it; neither needs the system's alternative changed.
    static IEnumerable<(string?, string?)> BlasFolders()
    {
        var library = $"usr/lib/{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64")}-linux-gnu";
        var roots = new[] { "/", Home.At(".build", "peers") };
        foreach (var build in new[] { "pthread", "openmp" })
            if (roots.Select(root => Path.Combine(root, library, $"openblas-{build}")).FirstOrDefault(Directory.Exists) is { } folder)
                yield return (build, folder);
    }

    static IEnumerable<string?> Capabilities()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64) return [null];
        return System.Runtime.Intrinsics.X86.Avx512BW.VL.IsSupported && System.Runtime.Intrinsics.X86.Avx512DQ.VL.IsSupported ? ["avx2", "avx512"] : ["avx2"];
    }
}
