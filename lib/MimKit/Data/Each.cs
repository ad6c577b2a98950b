using System.Runtime.ExceptionServices;

namespace MimKit.Data;

internal static class Each
{
    /// <summary>Runs over 0 … count − 1 on all cores; the first failure comes out as itself, not inside an aggregate.</summary>
    public static void InParallel(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException all)
        {
            ExceptionDispatchInfo.Throw(all.Flatten().InnerExceptions[0]);
        }
    }
}
