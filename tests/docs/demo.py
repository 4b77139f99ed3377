"""The demo, started for a page and stopped behind it: `examples/demo.sh run build`."""

import os
import re
import signal
import subprocess
import time
import urllib.request

import running

START_SECONDS = 30
STOP_SECONDS = 20
BUSY_SECONDS = 20  # somebody else's demo may be about to end
IT_RUNS = "Ctrl-C stops everything."  # an answer alone could be that of somebody else's demo
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotStarted(Exception):
    pass


class Demo:
    """with Demo(tree): the gateway answers. It is stopped by its pid."""

    def __init__(self, tree):
        self.root = tree.root
        self.log = tree.root / "build/docs/demo.log"
        admin = re.search(r"^admin:\s*(\S+)", tree.text("config.yaml") or "", re.M)
        self.page = f"http://{admin[1]}/healthz" if admin else ""
        self.process = None

    def __enter__(self):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            self._start()
            trouble = self._wait()
            if trouble is None:
                return self
            if "is taken" not in trouble or time.monotonic() > deadline:
                raise NotStarted(f"the demo does not start: {trouble}")
            time.sleep(1)

    def __exit__(self, *_):
        """The first signal lets requests finish, a second one does not."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                break
            os.kill(self.process.pid, number)
            try:
                self.process.wait(STOP_SECONDS / 2)
            except subprocess.TimeoutExpired:
                pass

    def _start(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["examples/demo.sh", "run", "build"], cwd=self.root, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=running.environment(),
                                            start_new_session=True)

    def _wait(self):
        """None when it answers, else why it does not."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                said = self.log.read_text(errors="replace").strip().split("\n")
                return said[-1] or f"exit status {self.process.returncode}"
            if IT_RUNS in self.log.read_text(errors="replace") and self._answers():
                return None
            time.sleep(0.05)
        self.__exit__()
        return f"{self.page} does not answer"

    def _answers(self):
        try:
            with NO_PROXY.open(self.page, timeout=1) as answer:
                return answer.status == 200
        except (OSError, ValueError):
            return False
