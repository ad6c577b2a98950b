"""The Python beside a C# notebook: runs code and exchanges values over a socket; what is printed goes the usual way."""
import ast
import base64
import json
import linecache
import signal
import socket
import sys
import traceback

scope = {"__name__": "__main__"}
sys.modules["__main__"].__dict__.update(scope)
scope = sys.modules["__main__"].__dict__


def run(code):
    name = "<cell>"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), scope)
    if last is None:
        return {}
    value = eval(compile(ast.Expression(last.value), name, "eval"), scope)
    return {} if value is None else {"forms": forms(value)}


def forms(value):
    found = {"text/plain": repr(value)}
    for mime, method in (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_"), ("image/png", "_repr_png_"), ("text/markdown", "_repr_markdown_")):
        show = getattr(type(value), method, None)
        form = show(value) if show else None
        if form is not None:
            found[mime] = base64.b64encode(form).decode() if isinstance(form, bytes) else form
    return found


def take(sent):
    if "json" in sent:
        return sent["json"]
    data = bytearray(base64.b64decode(sent["data"]))
    if sent["tensor"] and "torch" not in sys.modules:
        try:
            import torch  # noqa: F401
        except ImportError:
            pass
    try:
        import numpy
    except ImportError:
        return nested(data, sent["type"], sent["shape"])
    array = numpy.frombuffer(data, dtype=sent["type"]).reshape(sent["shape"])
    if sent["tensor"] and "torch" in sys.modules:
        return sys.modules["torch"].from_numpy(array)
    return array


def nested(data, kind, shape):
    import array

    flat = array.array({"float32": "f", "float64": "d", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "bool": "B"}[kind], bytes(data)).tolist()
    for size in reversed(shape[1:]):
        flat = [flat[i : i + size] for i in range(0, len(flat), size)]
    return flat


def give(value):
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    tensor = torch is not None and isinstance(value, torch.Tensor)
    if tensor:
        value = value.detach().cpu()
        if value.dtype in (torch.bfloat16, torch.float16):
            value = value.float()
        import numpy

        value = value.numpy()
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if numpy is not None and isinstance(value, numpy.ndarray):
        array = numpy.ascontiguousarray(value)
        return {"type": str(array.dtype), "shape": list(value.shape), "tensor": tensor, "data": base64.b64encode(array.tobytes()).decode()}
    return {"json": value}


def answer(request):
    if "run" in request:
        return run(request["run"])
    if "set" in request:
        scope[request["set"]] = take(request["value"])
        return {}
    if request["get"] not in scope:
        return {"missing": True}
    return {"value": give(scope[request["get"]])}


def failure(error):
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    lines = [f"line {frame.lineno}, in {frame.name}:  {frame.line}" if frame.filename == "<cell>" else f"{frame.filename}:{frame.lineno}, in {frame.name}" for frame in frames]
    if isinstance(error, SyntaxError) and error.filename == "<cell>":
        lines.append(f"line {error.lineno}:  {(error.text or '').rstrip()}")
    return {"error": type(error).__name__, "message": str(error), "lines": lines}


def main():
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    stream = connection.makefile("rwb")
    sys.argv = [""]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in stream:
        try:
            request = json.loads(line)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            reply = answer(request)
        except BaseException as error:  # also SystemExit and KeyboardInterrupt: the process stays
            reply = failure(error)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            text = json.dumps(reply)
        except (TypeError, ValueError) as error:
            text = json.dumps(failure(error))
        for printed in (sys.stdout, sys.stderr):
            printed.write("\0")
            printed.flush()
        stream.write(text.encode() + b"\n")
        stream.flush()


main()
