namespace MimKit.Cli.Tests;

public sealed class ConformanceTests
{
    [JupyterFact("jupyter_kernel_test")]
    public void Every_case_of_Jupyters_kernel_test_passes()
    {
        using var jupyter = new Jupyter();
        var said = jupyter.Run(Jupyter.Script("conformance.py"));
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("Ran 12 tests", said.Error);
        Assert.DoesNotContain("skipped", said.Error);
    }
}
