"""Jupyter's own conformance cases (Debian: python3-jupyter-kernel-test) for the kernel of the name given in KERNEL_NAME."""
import os
import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ["KERNEL_NAME"]
    language_name = "C#"
    file_extension = ".cs"
    code_hello_world = 'Console.WriteLine("hello, world");'
    code_stderr = 'Console.Error.WriteLine("oops");'
    completion_samples = [{"text": "Console.WriteL", "matches": {"WriteLine"}}, {"text": "Math.Sqr", "matches": {"Sqrt"}}]
    complete_code_samples = ["1 + 1", "int F(int x) { return x; }", "var y = 3;"]
    incomplete_code_samples = ["int F(int x) {", "var s = new[] {"]
    invalid_code_samples = ["}", "int 5x = 3;"]
    code_page_something = "?Console.WriteLine"
    code_generate_error = 'throw new Exception("no");'
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [
        {"code": 'display(HTML("<b>1</b>"));', "mime": "text/html"},
        {"code": 'SVG("<svg/>").Display();', "mime": "image/svg+xml"},
    ]
    code_history_pattern = "6?*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Console.WriteLine"
    code_clear_output = "ClearOutput();"


if __name__ == "__main__":
    unittest.main(verbosity=2)
