using System.Text.Json.Nodes;

namespace MimKit.Notebook;

/// <summary>Answers complete_request, inspect_request and is_complete_request.</summary>
sealed class AssistRequests(Task<Session> session)
{
    public async Task<JsonObject> Complete(JsonObject request)
    {
        var (code, cursor) = Place(request);
        var list = (await session.ConfigureAwait(false)).Assist.Complete(code, cursor);
        var (start, end) = (Draft.ToCharacters(code, list.Start), Draft.ToCharacters(code, list.End));
        return new JsonObject
        {
            ["status"] = "ok", ["cursor_start"] = start, ["cursor_end"] = end,
            ["matches"] = new JsonArray([.. list.Items.Select(item => (JsonNode)item.Text)]),
            ["metadata"] = new JsonObject
            {
                ["_jupyter_types_experimental"] = new JsonArray([.. list.Items.Select(item => (JsonNode)new JsonObject
                {
                    ["start"] = start, ["end"] = end, ["text"] = item.Text, ["type"] = item.Kind, ["signature"] = item.Signature,
                })]),
            },
        };
    }

    public async Task<JsonObject> Inspect(JsonObject request)
    {
        var (code, cursor) = Place(request);
        var text = (await session.ConfigureAwait(false)).Assist.Inspect(code, cursor);
        return new JsonObject { ["status"] = "ok", ["found"] = text is not null, ["data"] = text is null ? [] : Data(text), ["metadata"] = new JsonObject() };
    }

    public static JsonObject IsComplete(JsonObject request) => Assist.Judge(request.Text("code")) switch
    {
        Completeness.Complete => new JsonObject { ["status"] = "complete" },
        Completeness.Invalid => new JsonObject { ["status"] = "invalid" },
        _ => new JsonObject { ["status"] = "incomplete", ["indent"] = "    " },
    };

    /// <summary>The page that a cell <c>?name</c> asks for, or null.</summary>
    public async Task<JsonArray?> Page(string code)
    {
        var name = code.Trim().TrimStart('?');
        var text = (await session.ConfigureAwait(false)).Assist.Inspect(name, name.Length);
        return text is null ? null : [new JsonObject { ["source"] = "page", ["data"] = Data(text), ["start"] = 0 }];
    }

    static JsonObject Data(string markdown) => new() { [MimeBundle.Text] = markdown.Replace("```csharp\n", "").Replace("```", "").Replace("**", ""), [MimeBundle.Markdown] = markdown };

    static (string Code, int Cursor) Place(JsonObject request)
    {
        var code = request.Text("code");
        return (code, Draft.ToUtf16(code, request.Number("cursor_pos") ?? int.MaxValue));
    }
}
