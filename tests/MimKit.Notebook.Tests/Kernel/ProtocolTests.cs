using System.Text;
using System.Text.Json.Nodes;

namespace MimKit.Notebook.Tests;

/// <summary>The kernel as a front end sees it, over its sockets.</summary>
public sealed class ProtocolTests : IDisposable
{
    readonly List<string> _log = [];
    readonly KernelClient _client = new();
    readonly JupyterKernel _kernel;

    public ProtocolTests() => _kernel = new JupyterKernel(_client.File, new KernelOptions { Log = line => { lock (_log) _log.Add(line); } });

    public void Dispose()
    {
        _kernel.Dispose();
        _client.Dispose();
    }

    [Fact]
    public void The_kernel_says_what_it_is_and_its_heart_beats()
    {
        var info = _client.Ask("kernel_info_request");
        Assert.Equal(("ok", "5.3"), (info.Text("status"), info.Text("protocol_version")));
        Assert.Equal("""{"name":"C#","version":"14.0","file_extension":".cs","mimetype":"text/x-csharp","pygments_lexer":"csharp","codemirror_mode":"text/x-csharp"}""",
            info["language_info"]!.ToJsonString());
        Assert.True(_client.Beats());
    }

    [Fact]
    public void A_cell_goes_busy_input_output_result_idle()
    {
        var ran = _client.Run("Console.Write(\"a\"); Console.Error.Write(\"b\"); Console.Write(\"c\"); display(1); 2");
        Assert.Equal(["status", "execute_input", "stream", "stream", "stream", "display_data", "execute_result", "status"], ran.Published.Select(message => message.Type));
        Assert.Equal(("ok", "ac", "b", "2"), (ran.Status, ran.Out, ran.Error, ran.Result));
        Assert.Equal(1, ran.Reply.Number("execution_count"));
    }

    [Fact]
    public void Many_small_writes_become_few_messages()
    {
        var ran = _client.Run("for (var i = 0; i < 20_000; i++) Console.WriteLine(i);");
        Assert.Equal(Enumerable.Range(0, 20_000).Sum(i => i.ToString().Length + 1), ran.Out.Length);
        Assert.InRange(ran.Of("stream").Count(), 1, 60);
    }

    [Fact]
    public void An_error_aborts_what_was_sent_with_it_and_nothing_later()
    {
        var ids = new[] { _client.Start("throw new Exception(\"first\");"), _client.Start("1"), _client.Start("2") };
        var replies = ids.Select(id => _client.Reply(id).Text("status")).ToList();
        Assert.Equal(["error", "aborted", "aborted"], replies);
        Assert.Equal("3", _client.Run("3").Result);
    }

    [Fact]
    public void Stop_on_error_can_be_declined()
    {
        var failing = _client.Send(Channel.Shell, "execute_request", new JsonObject { ["code"] = "throw new Exception();", ["stop_on_error"] = false });
        var next = _client.Start("1");
        Assert.Equal(("error", "ok"), (_client.Reply(failing).Text("status"), _client.Reply(next).Text("status")));
    }

    [Fact]
    public void Silent_code_is_not_counted_and_shows_nothing()
    {
        _client.Run("var x = 1;");
        var silent = _client.End(_client.Send(Channel.Shell, "execute_request", new JsonObject { ["code"] = "Console.Write(x); x + 1", ["silent"] = true }));
        Assert.All(silent.Published, message => Assert.Equal("status", message.Type));
        var unstored = _client.End(_client.Send(Channel.Shell, "execute_request", new JsonObject { ["code"] = "x + 1", ["store_history"] = false }));
        Assert.Equal(("2", 1), (unstored.Result, unstored.Reply.Number("execution_count")));
        Assert.Contains("at cell 2, line 1", _client.Run("throw new Exception();").Traceback);
    }

    [Fact]
    public void User_expressions_are_evaluated_each_by_itself()
    {
        var ran = _client.End(_client.Send(Channel.Shell, "execute_request",
            new JsonObject { ["code"] = "var x = 20;", ["user_expressions"] = new JsonObject { ["twice"] = "x * 2", ["wrong"] = "y" } }));
        var answers = ran.Reply.Object("user_expressions");
        Assert.Equal("40", (string)answers["twice"]!["data"]!["text/plain"]!);
        Assert.Equal(("error", "CS0103"), ((string)answers["wrong"]!["status"]!, (string)answers["wrong"]!["ename"]!));
    }

    [Fact]
    public void A_display_is_updated_under_its_id_also_by_a_later_cell()
    {
        var shown = Assert.Single(_client.Run("var h = display(\"0 %\");").Of("display_data"));
        var id = _client.Start("h.Update(\"50 %\");");
        var updated = _client.Published(message => message.Type == "update_display_data");
        Assert.Equal("ok", _client.Reply(id).Text("status"));
        Assert.Equal((string)shown.Content["transient"]!["display_id"]!, (string)updated.Content["transient"]!["display_id"]!);
        Assert.Equal("50 %", (string)updated.Content["data"]!["text/plain"]!);
        Assert.True(Assert.Single(_client.Run("ClearOutput(wait: true);").Of("clear_output")).Content.Flag("wait", false));
    }

    [Fact]
    public void A_cell_asks_the_front_end_and_gets_the_answer()
    {
        var id = _client.Start("var name = input(\"Name: \"); var line = Console.ReadLine(); var secret = password(); $\"{name} {line} {secret}\"", stdin: true);
        foreach (var (prompt, hidden, answer) in new[] { ("Name: ", false, "Ada"), ("", false, "typed"), ("", true, "hush") })
        {
            var request = _client.Receive(Channel.Stdin)!;
            Assert.Equal((prompt, hidden), (request.Content.Text("prompt"), request.Content.Flag("password", !hidden)));
            _client.Send(Channel.Stdin, "input_reply", new JsonObject { ["status"] = "ok", ["value"] = answer });
        }
        Assert.Equal("Ada typed hush", _client.End(id).Result);
        Assert.Contains("takes no questions", _client.Run("input()").Traceback);
    }

    [Fact]
    public void A_question_waits_for_a_stdin_channel_that_connects_after_it()
    {
        using var client = new KernelClient(stdin: false);
        using var kernel = new JupyterKernel(client.File, new KernelOptions());
        var id = client.Start("Console.WriteLine(1); input(\"Name: \")", stdin: true);
        client.Published(message => message.Type == "stream");
        Thread.Sleep(200);                                 // the question is asked by now
        client.ConnectStdin();
        Assert.Equal("Name: ", client.Receive(Channel.Stdin)!.Content.Text("prompt"));
        client.Send(Channel.Stdin, "input_reply", new JsonObject { ["value"] = "Ada" });
        Assert.Equal("Ada", client.End(id).Result);
    }

    [Fact]
    public void Comms_are_opened_from_both_sides_and_unknown_targets_closed_politely()
    {
        var ran = _client.Run("Comm.Register(\"twice\", comm => comm.Received += data => comm.Send(new System.Text.Json.Nodes.JsonObject { [\"n\"] = 2 * (int)data[\"n\"] }));");
        Assert.True(ran.Status == "ok", ran.Traceback);
        _client.Send(Channel.Shell, "comm_open", new JsonObject { ["comm_id"] = "c1", ["target_name"] = "twice", ["data"] = new JsonObject() });
        _client.Send(Channel.Shell, "comm_msg", new JsonObject { ["comm_id"] = "c1", ["data"] = new JsonObject { ["n"] = 21 } });
        Assert.Equal(42, (int)_client.Published(message => message.Type == "comm_msg").Content["data"]!["n"]!);
        Assert.Equal("""{"c1":{"target_name":"twice"}}""", _client.Ask("comm_info_request", new JsonObject { ["target_name"] = "twice" })["comms"]!.ToJsonString());
        _client.Send(Channel.Shell, "comm_open", new JsonObject { ["comm_id"] = "c2", ["target_name"] = "nobody", ["data"] = new JsonObject() });
        Assert.Equal("c2", _client.Published(message => message.Type == "comm_close").Content.Text("comm_id"));
        var opened = Assert.Single(_client.Run("var mine = Comm.Open(\"theirs\");").Of("comm_open"));
        Assert.Equal("theirs", opened.Content.Text("target_name"));
    }

    [Fact]
    public void A_message_that_is_not_signed_by_the_key_is_dropped_and_logged()
    {
        var stranger = new Framing(Encoding.UTF8.GetBytes("guessed"));
        _client.SendRaw(Channel.Shell, [.. stranger.Write([], "execute_request", "{}"u8.ToArray(), new JsonObject { ["code"] = "Environment.Exit(1);" })]);
        Assert.Equal("1", _client.Run("1").Result);
        lock (_log) Assert.Contains(_log, line => line.Contains("Shell") && line.Contains("signature"));
    }

    [Fact]
    public void Garbage_on_any_channel_is_dropped_and_the_kernel_goes_on()
    {
        var random = new Random(1);
        byte[] Noise() { var bytes = new byte[random.Next(200)]; random.NextBytes(bytes); return bytes; }
        foreach (var channel in new[] { Channel.Shell, Channel.Control, Channel.Stdin })
            for (var i = 0; i < 50; i++)
                _client.SendRaw(channel, [.. Enumerable.Range(0, 1 + random.Next(8)).Select(n => n == 1 && i % 2 == 0 ? "<IDS|MSG>"u8.ToArray() : Noise())]);
        Assert.Equal("1", _client.Run("1").Result);
        bool AllDropped() { lock (_log) return _log.Count(line => line.StartsWith("dropped")) == 150; }
        Assert.True(SpinWait.SpinUntil(AllDropped, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Signed_messages_of_the_wrong_kind_get_an_error_or_nothing()
    {
        Assert.Equal("error", _client.Ask("no_such_request").Text("status"));
        Assert.Equal("ok", _client.Ask("execute_request", new JsonObject { ["code"] = 5, ["silent"] = "yes", ["user_expressions"] = new JsonArray() }).Text("status"));
        Assert.Equal("ok", _client.Ask("complete_request", new JsonObject { ["code"] = "x", ["cursor_pos"] = -7 }).Text("status"));
        Assert.Equal("ok", _client.Ask("history_request", new JsonObject { ["hist_access_type"] = "guess", ["n"] = "many" }).Text("status"));
        _client.Send(Channel.Stdin, "input_reply", new JsonObject());
        Assert.Equal("1", _client.Run("1").Result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shutdown_is_answered_and_ends_the_kernel(bool restart)
    {
        var reply = _client.Ask("shutdown_request", new JsonObject { ["restart"] = restart }, Channel.Control);
        Assert.Equal(("ok", restart), (reply.Text("status"), reply.Flag("restart", !restart)));
        await _kernel.Ended.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("{", "not a connection file")]
    [InlineData("[]", "no JSON object")]
    [InlineData("""{"shell_port": 1}""", "control_port")]
    [InlineData("""{"transport": "udp"}""", "'udp'")]
    [InlineData("""{"signature_scheme": "hmac-md5"}""", "hmac-md5")]
    public void A_connection_file_that_cannot_be_used_is_refused_in_words(string content, string message)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, content);
        Assert.Contains(message, Assert.Throws<ConnectionException>(() => new JupyterKernel(file)).Message);
        File.Delete(file);
    }
}
