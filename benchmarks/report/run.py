"""Measures `genai-sentry report` on simulated traffic: seconds, processor time, and memory of all its processes.

python benchmarks/report/run.py            # one million spans, a file of 3 GB in the temporary folder
python benchmarks/report/run.py 100000
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from spans import write

PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def main() -> None:
    """Write the spans, make the report, tell what it took."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spans.jsonl"
        write(path, number)
        print(f"{number:,} spans, {path.stat().st_size / 1e9:.2f} GB, load {os.getloadavg()[0]:.1f}")
        began, before = time.perf_counter(), os.times()
        process = subprocess.Popen(
            [sys.executable, "-m", "genai_sentry", "report", path, "-o", Path(folder) / "x.html"]
        )
        peak = [0]
        watching = threading.Thread(target=_watch, args=(process, peak))
        watching.start()
        code = process.wait()
        watching.join()
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        print(
            f"exit {code}, {time.perf_counter() - began:.1f} s, {used:.1f} s of processor time, {peak[0] / 1e3:.0f} MB"
        )


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    """Keep the largest resident memory that the process and its children had at one time, in kB."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_resident(pid) for pid in [process.pid, *_children(process.pid)]))
        time.sleep(0.2)


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KB
    except (OSError, IndexError):
        return 0


if __name__ == "__main__":
    main()
