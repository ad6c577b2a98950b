using System.Diagnostics;

namespace MimKit.Notebook.Tests;

/// <summary>Whatever a cell does, it can be stopped, and the session goes on with its variables.</summary>
public sealed class StopTests : IDisposable
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);      // on a busy machine; how fast it is, the kernel's bench measures

    readonly Session _session = new();

    public void Dispose() => _session.Dispose();

    async Task<(CellResult Result, TimeSpan Took, RecordingSink Sink)> Stop(string code, int afterMs = 150)
    {
        var started = new RecordingSink();
        await _session.RunAsync("var kept = 41;", started);
        using var stop = new CancellationTokenSource();
        var running = _session.RunAsync("Console.Write(\"started\");\n" + code, started, stop.Token);
        Assert.True(SpinWait.SpinUntil(() => started.Out.ToString().Contains("started"), TimeSpan.FromMinutes(1)));
        await Task.Delay(afterMs);
        var watch = Stopwatch.StartNew();
        stop.Cancel();
        var result = await running.WaitAsync(TimeSpan.FromMinutes(1));
        var took = watch.Elapsed;
        Assert.Equal(CellErrorKind.Cancelled, result.Error?.Kind);
        var next = new RecordingSink();
        Assert.True((await _session.RunAsync("kept + 1", next)).Succeeded);
        Assert.Equal("42", next.ResultText);
        return (result, took, started);
    }

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("for (;;);")]
    [InlineData("var n = 0; do n++; while (n != 0 || kept > 0);")]
    [InlineData("again: kept = 41; goto again;")]
    [InlineData("foreach (var i in Enumerable.Repeat(1, int.MaxValue)) for (var j = 0; j >= 0; j = 0) if (i == 2) break;")]
    [InlineData("Func<int> f = () => { while (true) { } }; f();")]
    [InlineData("int Wild(int n) { while (n >= 0) n = 1; return n; }\nWild(1)")]
    [InlineData("await Task.Yield(); while (true) { }")]
    [InlineData("await Task.Run(() => { while (true) { } });")]
    [InlineData("Parallel.For(0, 4, i => { while (true) { } });")]
    [InlineData("while (true) { try { while (true) { } } catch { } }")]
    [InlineData("async IAsyncEnumerable<int> Forever() { while (true) { await Task.Yield(); yield return 1; } }\nawait foreach (var i in Forever()) { }")]
    public async Task A_loop_stops_at_its_next_step(string code)
    {
        var (result, took, _) = await Stop(code);
        Assert.True(took < Soon, $"{took}");
        Assert.Contains("at cell 2, line", result.Error!.Text);
    }

    [Theory]
    [InlineData("Thread.Sleep(-1);")]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("Task.Delay(-1).Wait();")]
    [InlineData("new ManualResetEvent(false).WaitOne();")]
    [InlineData("var held = new object(); var other = new Thread(() => { Monitor.Enter(held); }); other.Start(); other.Join(); lock (held) { }")]
    [InlineData("await Task.Yield(); Thread.Sleep(-1);")]
    [InlineData("await Task.Run(() => Thread.Sleep(-1));")]
    [InlineData("Task.WaitAll(Task.Run(() => Thread.Sleep(-1)), Task.Delay(-1));")]
    [InlineData("new System.Collections.Concurrent.BlockingCollection<int>().Take();")]
    [InlineData("while (true) { try { Thread.Sleep(100); } catch (ThreadInterruptedException) { } }")]
    public async Task A_wait_ends_after_a_second(string code)
    {
        var (_, took, _) = await Stop(code);
        Assert.True(took < Soon, $"{took}");
    }

    [Fact]
    public async Task What_cannot_be_stopped_is_reported_and_stops_when_it_returns()
    {
        var (_, took, sink) = await Stop("[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int usleep(uint us);\nfor (var i = 0; i < 6; i++) usleep(900_000); while (true) usleep(30_000_000);");
        Assert.True(took < Soon, $"{took}");               // between two calls there is a check

        (_, took, sink) = await Stop("[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int sleep(uint s);\nwhile (true) sleep(7);");
        Assert.InRange(took, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30));
        Assert.Contains("native call", sink.Error.ToString());
    }

    [Fact]
    public async Task A_library_that_stops_by_itself_is_left_to_it()
    {
        var busy = true;
        using var session = new Session(new SessionOptions { StopsByItself = () => () => Volatile.Read(ref busy) });
        using var stop = new CancellationTokenSource();
        var sink = new RecordingSink();
        var running = session.RunAsync("Console.Write(\"started\"); while (true) Thread.Sleep(1);", sink, stop.Token);
        Assert.True(SpinWait.SpinUntil(() => sink.Out.ToString().Contains("started"), TimeSpan.FromMinutes(1)));
        stop.Cancel();
        Assert.NotSame(running, await Task.WhenAny(running, Task.Delay(2500)));         // neither its checks nor its waits
        Volatile.Write(ref busy, false);
        Assert.Equal(CellErrorKind.Cancelled, (await running.WaitAsync(TimeSpan.FromMinutes(1))).Error?.Kind);
    }

    [Fact]
    public async Task A_stopped_cell_does_not_stop_the_next_one_and_its_own_threads_end()
    {
        await Stop("var ticks = 0; _ = Task.Run(() => { while (true) ticks++; }); await Task.Delay(-1);");
        var sink = new RecordingSink();
        await _session.RunAsync("var before = ticks; var sum = 0; for (var i = 0; i < 1000; i++) sum += i; Thread.Sleep(50); (sum, ticks - before).ToString()", sink);
        Assert.Equal("(499500, 0)", sink.ResultText);
    }

    [Theory]
    [InlineData("int F(int n) => F(n + 1) + 1; F(0)")]
    [InlineData("int G(int n) { return G(n + 1) + 1; } await Task.Yield(); G(0)")]
    [InlineData("class Odd { public int Value => Value + 1; } new Odd().Value")]
    public async Task Endless_recursion_is_an_error_and_not_the_end_of_the_process(string code)
    {
        var watch = Stopwatch.StartNew();
        var error = (await _session.RunAsync(code, new RecordingSink())).Error!;
        Assert.Equal("InsufficientExecutionStackException", error.Name);
        Assert.True(error.Details.Count < 60, $"{error.Details.Count} lines");
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task An_error_on_a_thread_of_the_cell_is_printed_and_the_session_goes_on()
    {
        var sink = new RecordingSink();
        await _session.RunAsync("var t = new Thread(() => throw new IOException(\"on its own\")); t.Start(); t.Join();", sink);
        Assert.True(SpinWait.SpinUntil(() => sink.Error.ToString().Contains("IOException: on its own"), 60_000));
        Assert.True((await _session.RunAsync("1", sink)).Succeeded);
    }

    [Fact]
    public async Task Environment_Exit_ends_the_cell_and_not_the_session()
    {
        await _session.RunAsync("var kept = 1;", new RecordingSink());
        var error = (await _session.RunAsync("Environment.Exit(3); kept = 2;", new RecordingSink())).Error!;
        Assert.Contains("Environment.Exit(3) ended this cell", error.Message);
        var sink = new RecordingSink();
        await _session.RunAsync("kept", sink);
        Assert.Equal("1", sink.ResultText);
    }
}
