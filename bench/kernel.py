"""Starts the kernel as Jupyter does and prints what it costs, a JSON object a line as soon as it is known. Needs the distribution's python3-jupyter-client.

usage: kernel.py ROUNDS CELLS INTERRUPTS PROGRAM [ARGUMENT]...      the program is given a connection file as its last argument
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

rounds, cells, interrupts = map(int, sys.argv[1:4])
program = sys.argv[4:]


class Kernel:
    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.file, _ = write_connection_file(os.path.join(self.folder, "connection.json"))
        self.client = BlockingKernelClient(connection_file=self.file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.start = time.perf_counter()
        self.process = subprocess.Popen([*program, self.file], env={**os.environ, "JPY_PARENT_PID": str(os.getpid())})

    def reply(self, id):
        while True:
            message = self.client.get_shell_msg(timeout=60)
            if message["parent_header"].get("msg_id") == id:
                return message["content"]

    def run(self, code):
        start = time.perf_counter()
        status = self.reply(self.client.execute(code))["status"]
        return time.perf_counter() - start, status

    def interrupt(self, code, after):
        id = self.client.execute('Console.WriteLine("started");\n' + code)
        while (message := self.client.get_iopub_msg(timeout=60))["msg_type"] != "stream" or message["parent_header"]["msg_id"] != id:
            pass
        time.sleep(after)
        start = time.perf_counter()
        self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))
        status = self.reply(id)["status"]
        return time.perf_counter() - start, status

    def assist(self, request, code):
        start = time.perf_counter()
        self.reply(request(code, len(code)))
        return time.perf_counter() - start

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def end(self):
        self.process.kill()
        self.process.wait()
        self.client.stop_channels()


def median(values):
    return statistics.median(values)


def start_up():
    info, first, later, idle = [], [], [], []
    for _ in range(rounds):
        kernel = Kernel()
        kernel.reply(kernel.client.kernel_info())
        info.append(time.perf_counter() - kernel.start)
        time.sleep(2)
        idle.append(kernel.run("1 + 1")[0])
        later += [kernel.run(f"{i} + 1")[0] for i in range(10)]
        kernel.end()
        kernel = Kernel()
        kernel.run("1 + 1")
        first.append(time.perf_counter() - kernel.start)
        kernel.end()
    return {"info": median(info), "first": median(first), "idle": median(idle), "later": median(later)}


def interrupting():
    kernel = Kernel()
    kernel.run("var kept = 42;")
    codes = ["while (true) { }", "var t = 0L; for (;;) t++;", "await Task.Run(() => { while (true) { } });"], ["Thread.Sleep(-1);", "await Task.Delay(-1);", "Task.Delay(-1).Wait();"]
    times, dead, random_ = ([], []), 0, random.Random(0)
    for _ in range(interrupts):
        kind = random_.choice((0, 1))
        took, status = kernel.interrupt(random_.choice(codes[kind]), 0.2 * random_.random())
        times[kind].append(took)
        if status != "error" or kernel.run('if (kept != 42) throw new Exception("lost");')[1] != "ok" or kernel.process.poll() is not None:
            dead += 1
    kernel.end()
    return {"loop": max(times[0]), "wait": max(times[1]), "interrupts": interrupts, "dead": dead}


def assisting():
    kernel = Kernel()
    kernel.run("var plan = new TrainingPlan { Epochs = 1, LearningRate = 1e-3 };")
    questions = [(kernel.client.complete, code) for code in ("Console.Wri", "plan.", "new VitCon", "Datasets.", "")]
    questions += [(kernel.client.inspect, code) for code in ("Console.WriteLine(", "new TrainingPlan", "new Trainer(", "softmax(", "Datasets.Open(")]
    for question in questions:
        kernel.assist(*question)
    slowest = max(median([kernel.assist(*question) for _ in range(rounds)]) for question in questions)
    kernel.end()
    return {"assist": slowest}


def memory():
    kernel = Kernel()
    for i in range(cells):
        kernel.run(f"var x{i % 50} = {i}; x{i % 50} + 1")
    resident = kernel.resident()
    kernel.end()
    return {"cells": cells, "resident": resident}


for measure in start_up, assisting, interrupting, memory:
    print(json.dumps(measure()), flush=True)
