using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>Answers execute_request: runs cells one after the other and sends what they show.</summary>
sealed class Execution(Wire wire, Task<Session> session, AssistRequests assist, History history, PlotlyOnce plotly)
{
    readonly ConcurrentQueue<string> _answers = [];
    readonly SemaphoreSlim _answered = new(0);
    volatile CellOutput? _running;
    CancellationTokenSource _stop = new();
    long _abortBefore;

    /// <summary>In[n] of the last cell.</summary>
    public int Count { get; private set; }

    /// <summary>The output of the cell that runs, or ran last: where text goes that belongs to no cell.</summary>
    public CellOutput? Current { get; private set; }

    /// <summary>Called before a cell's outputs are complete.</summary>
    public Action FlushNative { get; set; } = () => { };

    /// <summary>Code that a cell has called ends the process: says so while there is time.</summary>
    public void ProcessEnds()
    {
        if (_running is not { } cell) return;
        cell.Failed(new CellError(CellErrorKind.Runtime, Count, "ProcessExit", "Code of this cell ends the kernel's process.", null, null, null,
            ["Code of this cell ends the kernel's process; the variables are lost. The front end starts another."]));
        Thread.Sleep(100);                                 // for the wire
    }

    /// <summary>Stops the running cell; without one nothing happens.</summary>
    public void Interrupt() => Volatile.Read(ref _stop).Cancel();

    /// <summary>An input_reply of the front end.</summary>
    public void Answered(JsonObject content)
    {
        _answers.Enqueue(content.Text("value"));
        _answered.Release();
    }

    public async Task<JsonObject> Run(Message request)
    {
        if (request.Arrived < _abortBefore) return Reply("aborted");     // it was sent together with a cell that failed
        var code = request.Content.Text("code");
        var silent = request.Content.Flag("silent", false);
        var stored = !silent && request.Content.Flag("store_history", true);
        if (stored) history.Add(++Count, code);
        if (!silent) wire.Publish(request, "execute_input", new JsonObject { ["code"] = code, ["execution_count"] = Count });

        if (code.TrimStart().StartsWith('?') && await assist.Page(code).ConfigureAwait(false) is { } page) return Done(page, []);

        using var output = Current = _running = new CellOutput(wire, request, Count, plotly, request.Content.Flag("allow_stdin", false) ? Ask : null);
        var stop = new CancellationTokenSource();
        Volatile.Write(ref _stop, stop);
        var (notebook, sink) = (await session.ConfigureAwait(false), silent ? (IOutputSink)new SilentOutput() : output);
        var result = await notebook.RunAsync(code, sink, stored ? Count : null, stop.Token).ConfigureAwait(false);
        FlushNative();
        _running = null;
        if (result.Error is { } error) return Failed(request, output, silent, error);

        if (stored && result.Value is { } value) history.Output(Formatter.Format(value).TextOf(MimeBundle.Text)!);
        return Done([], await Evaluate(notebook, request.Content.Object("user_expressions"), stop.Token).ConfigureAwait(false));
    }

    JsonObject Done(JsonArray payload, JsonObject expressions)
    {
        var reply = Reply("ok");
        (reply["payload"], reply["user_expressions"]) = (payload, expressions);
        return reply;
    }

    JsonObject Failed(Message request, CellOutput output, bool silent, CellError error)
    {
        if (!silent) output.Failed(error);
        if (request.Content.Flag("stop_on_error", true)) _abortBefore = Stopwatch.GetTimestamp();
        var reply = Reply("error");
        foreach (var (name, part) in CellOutput.ErrorContent(error)) reply[name] = part!.DeepClone();
        return reply;
    }

    JsonObject Reply(string status) => new() { ["status"] = status, ["execution_count"] = Count };

    static async Task<JsonObject> Evaluate(Session session, JsonObject expressions, CancellationToken stop)
    {
        var answers = new JsonObject();
        foreach (var name in expressions.Select(expression => expression.Key))
        {
            var result = await session.RunAsync(expressions.Text(name), new SilentOutput(), number: null, stop).ConfigureAwait(false);
            var answer = result.Error is { } error ? CellOutput.ErrorContent(error)
                : new JsonObject { ["data"] = Formatter.Format(result.Value).ToJson(), ["metadata"] = new JsonObject() };
            answer["status"] = result.Succeeded ? "ok" : "error";
            answers[name] = answer;
        }
        return answers;
    }

    string Ask(Message request, string prompt, bool hidden)
    {
        while (_answered.Wait(0)) _answers.TryDequeue(out _);            // answers to questions that were given up
        wire.Reply(Channel.Stdin, request, "input_request", new JsonObject { ["prompt"] = prompt, ["password"] = hidden });
        _answered.Wait(_stop.Token);
        return _answers.TryDequeue(out var answer) ? answer : "";
    }

    sealed class SilentOutput : IOutputSink
    {
        public void Write(CellStream stream, string text) { }
        public void Display(MimeBundle bundle, string displayId) { }
        public void Update(MimeBundle bundle, string displayId) { }
        public void Result(MimeBundle bundle) { }
        public void Clear(bool wait) { }
    }
}
