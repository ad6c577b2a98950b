"""The kernel as a process: what it loads, what it prints, how it ends. Needs the distribution's python3-jupyter-client."""
import os
import random
import signal
import subprocess
import sys
import time
import unittest

from jupyter_client.manager import start_new_kernel

NAME = os.environ["KERNEL_NAME"]
ORPHAN = """
import os, sys, time
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name=os.environ["KERNEL_NAME"])
manager.start_kernel()
client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=60)
print(manager.provisioner.process.pid, flush=True)
os._exit(0)
"""
# A subject of a few numbers, so that steps are short, and enough epochs that it does not end by itself.
TRAINING = """
record LineConfig(int Width);
class Line : ITrainable
{
    readonly MimKit.Torch.Modules.Linear _net = Linear(16, 1);
    public int Steps { get; private set; }
    public object Config => new LineConfig(16);
    public MimKit.Torch.torch.nn.Module Network => _net;
    public Tensor Step(Batch batch, Draw draw) { Steps++; return _net.forward(batch.Images.flatten(1).narrow(1, 0, 16)).square().mean(); }
}
var images = Datasets.Open("fashion-mnist").Train;
var plan = new TrainingPlan { Epochs = 10_000, BatchSize = 64, LearningRate = 1e-4, RunFolder = Directory.CreateTempSubdirectory().FullName };
var subject = new Line();
"""
ALL = os.environ.get("MIMKIT_TEST_ALL") == "1"
signal.signal(signal.SIGINT, signal.default_int_handler)   # a shell's background job ignores it, and so would the kernels it starts


def gone(pid, seconds):
    until = time.time() + seconds
    while time.time() < until:
        if not os.path.exists(f"/proc/{pid}"):
            return True
        time.sleep(0.1)
    return False


class Process(unittest.TestCase):
    environment = {}

    def setUp(self):
        self.manager, self.client = start_new_kernel(kernel_name=NAME, startup_timeout=120, env={**os.environ, **self.environment})
        self.pid = self.manager.provisioner.process.pid

    def tearDown(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run_cell(self, code, timeout=120):
        shown = []
        reply = self.client.execute_interactive(code, timeout=timeout, output_hook=shown.append)
        text = "".join(message["content"]["text"] for message in shown if message["msg_type"] == "stream")
        return reply["content"], text, shown

    def start(self, code):
        """Starts a cell and returns when its code runs."""
        id = self.client.execute('Console.WriteLine("started");\n' + code)
        while (message := self.client.get_iopub_msg(timeout=120))["msg_type"] != "stream" or message["parent_header"]["msg_id"] != id:
            pass
        return id

    def reply(self, id):
        while (reply := self.client.get_shell_msg(timeout=120))["parent_header"]["msg_id"] != id:
            pass
        return reply["content"]

    def interrupt(self, id):
        self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))
        return self.reply(id)

    def resident(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def maps(self):
        with open(f"/proc/{self.pid}/maps") as maps:
            return maps.read()

    def test_libtorch_is_loaded_by_the_first_tensor_and_not_before(self):
        self.assertEqual(self.run_cell("var n = new[] { 1, 2 }.Sum(); n")[0]["status"], "ok")
        self.assertNotIn("libtorch", self.maps())
        reply, _, _ = self.run_cell("var t = ones(2, 2); t.sum().item<float>()")
        self.assertEqual(reply["status"], "ok", reply)
        self.assertIn("libtorch", self.maps())

    def test_native_code_and_child_processes_print_into_the_cell(self):
        _, text, _ = self.run_cell(
            '[System.Runtime.InteropServices.DllImport("libc")] static extern int puts(string text);\n'
            'puts("from C"); System.Diagnostics.Process.Start("echo", "from a child").WaitForExit(); Console.WriteLine("from C#");'
        )
        for words in ("from C\n", "from a child\n", "from C#\n"):
            self.assertIn(words, text)

    def test_an_interrupt_signal_stops_the_cell_and_keeps_the_kernel(self):
        self.run_cell("var kept = 7;")
        id = self.start("while (true) { }")
        os.kill(self.pid, signal.SIGINT)
        self.assertEqual(self.reply(id)["ename"], "Interrupted")
        self.assertEqual(self.run_cell("kept = kept")[0]["status"], "ok")

    def test_shutdown_and_restart(self):
        self.run_cell("var lost = 1;")
        self.manager.restart_kernel(now=False)
        self.client.wait_for_ready(timeout=120)
        self.assertEqual(self.run_cell("lost")[0]["ename"], "CS0103")
        self.manager.shutdown_kernel(now=False)
        self.assertFalse(self.manager.is_alive())

    def test_a_library_that_ends_the_process_is_reported(self):
        id = self.client.execute('typeof(Environment).GetMethod("Exit").Invoke(null, new object[] { 3 });')
        while (message := self.client.get_iopub_msg(timeout=120))["msg_type"] != "error" or message["parent_header"]["msg_id"] != id:
            pass
        self.assertIn("ends the kernel's process", message["content"]["traceback"][0])
        self.assertTrue(gone(self.pid, 60) or self.manager.provisioner.process.poll() is not None)

    def test_interrupts_at_random_moments_leave_kernel_and_variables(self):
        self.run_cell("var kept = 7;")
        codes = ["while (true) { }", "var t = 0L; for (;;) t++;", "await Task.Run(() => { while (true) { } });", "Thread.Sleep(-1);", "await Task.Delay(-1);", "Task.Delay(-1).Wait();"]
        draw = random.Random(0)
        for i in range(200 if ALL else 12):
            code = draw.choice(codes)
            id = self.start(code)
            time.sleep(0.3 * draw.random())
            self.assertEqual(self.interrupt(id)["ename"], "Interrupted", f"{i}: {code}")
            self.assertEqual(self.run_cell('if (kept != 7) throw new Exception("lost");')[0]["status"], "ok", f"{i}: {code}")
        self.assertIsNone(self.manager.provisioner.process.poll())

    def test_training_stops_at_its_next_step_and_goes_on_where_it_was(self):
        self.assertEqual(self.run_cell(TRAINING)[0]["status"], "ok")
        error = self.interrupt(self.start("new Trainer(subject, images, plan).Run();"))
        self.assertEqual(error["ename"], "Interrupted")
        stopped = next(line for line in error["traceback"] if "Stopped after step" in line)
        self.assertIn("Resume = true", stopped)
        reply, text, _ = self.run_cell("Console.Write($\"{subject.Steps:N0}\");")
        self.assertEqual((reply["status"], text), ("ok", stopped.split("step ")[1].split(" of")[0]))
        again = self.start("new Trainer(subject, images, plan) { Resume = true }.Run();")
        self.assertEqual(self.interrupt(again)["ename"], "Interrupted")
        self.assertEqual(self.run_cell('if (!(subject.Network.parameters().First().abs().sum().item<float>() > 0)) throw new Exception("lost");')[0]["status"], "ok")

    def test_cells_leave_little_behind(self):
        count, most = (2000, 450) if ALL else (300, 260)    # MiB; what grows with the square of the cells is beyond it by then
        self.assertEqual(self.run_cell("1 + 1")[0]["status"], "ok")
        for i in range(count):
            self.assertEqual(self.run_cell(f"var x{i % 50} = {i}; x{i % 50} + 1")[0]["status"], "ok")
        self.assertLess(self.resident(), most, f"MiB after {count} cells")

    def test_a_recursion_that_no_check_stops_ends_the_process_and_is_reported(self):
        id = self.client.execute("Func<int, int> f = null; f = n => f(n + 1) + 1; f(0)")
        said = ""
        while "Stack overflow" not in said:
            message = self.client.get_iopub_msg(timeout=120)
            if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == id:
                said += message["content"]["text"]
        self.assertTrue(gone(self.pid, 60) or self.manager.provisioner.process.poll() is not None)
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=120)
        self.assertEqual(self.run_cell("1")[0]["status"], "ok")

    def test_a_large_cell(self):
        reply, text, _ = self.run_cell("/*" + "x" * 50_000_000 + '*/ Console.Write("large");', timeout=300)
        self.assertEqual((reply["status"], text), ("ok", "large"))


class Memory(unittest.TestCase):
    environment = {"DOTNET_GCHeapHardLimit": "0x18000000"}  # 384 MiB, so that the end is soon
    setUp, tearDown, run_cell = Process.setUp, Process.tearDown, Process.run_cell

    def test_exhausted_memory_is_an_error_of_the_cell(self):
        self.run_cell("var kept = 7;")
        reply, _, _ = self.run_cell("{ var all = new List<byte[]>(); while (true) { all.Add(new byte[1 << 20]); all[^1][5] = 1; } }", timeout=300)
        self.assertEqual(reply["ename"], "OutOfMemoryException")
        self.assertEqual(self.run_cell("kept")[0]["status"], "ok")


class Orphan(unittest.TestCase):
    def test_a_kernel_whose_front_end_is_gone_ends(self):
        pid = int(subprocess.run([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, check=True).stdout)
        self.assertTrue(gone(pid, 60), "the kernel is still there")


if __name__ == "__main__":
    unittest.main(verbosity=2)
