using MimKit.Charts;
using MimKit.Data;
using MimKit.Notebook;

namespace MimKit.Cli.Notebooks;

/// <summary><c>display(dataset)</c>: a data set's pictures, classes and sizes. The library that draws knows data sets, not the other way round; both meet here.</summary>
static class DatasetDisplay
{
    public static void Register()
    {
        Formatter.Register<ImageSet>(set => Html(new DatasetOverview(set)));
        Formatter.Register<DataSplits>(splits => Html(new DatasetOverview(splits)));
    }

    static string Html(DatasetOverview overview) => (string)overview.MimeBundle()["text/html"];
}
