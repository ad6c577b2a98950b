using System.Net;
using MimKit.Charts;
using MimKit.Data;
using MimKit.Notebook;

namespace MimKit.Cli.Notebooks;

/// <summary>
/// <c>display(tokenizer)</c>: the overview of a tokenizer on the data set it was made on. A tokenizer alone has no images to be looked at with, and the library
/// that draws knows no data sets' names; both meet here. What was made on no known data set shows itself as text.
/// </summary>
static class TokenizerDisplay
{
    const int Images = 1000;                                                       // of train and of val: a few seconds

    public static void Register()
    {
        Formatter.Register<Target>(target => target is ICodebook && target.MadeOn is { } name ? Page(target, name) : Text(target));
        Formatter.Register<Clusters>(clusters => clusters.MadeOn is { } name ? Page(new ClusterTarget(clusters), name) : Text(clusters));
    }

    static string Page(Target tokenizer, string dataset)
    {
        try
        {
            return (string)new TokenizerOverview(tokenizer, Datasets.Open(dataset), Images).MimeBundle()["text/html"];
        }
        catch (DataException missing)
        {
            return $"{Text(tokenizer)}<p>{WebUtility.HtmlEncode(missing.Message)}</p>";
        }
    }

    static string Text(object value) => $"<pre>{WebUtility.HtmlEncode($"{value}")}</pre>";
}
