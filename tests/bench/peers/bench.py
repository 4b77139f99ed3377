#!/usr/bin/env python3
"""Glassgate beside a floor and its peers, in one run: `make bench`.

Each round measures every proxy once for every workload and number of connections, one after the other, so that what
the machine does meanwhile meets all of them; the median over the rounds counts. The main figure is the processor time
of the proxy a request (user and system, from /proc), because requests a second also depend on the client and the
backend, which share the machine.
"""

import argparse
import contextlib
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

import burst
import proxies
import report

CONNECTIONS = (1, 32, 256)
POST_SCRIPT = 'wrk.method = "POST"\nwrk.body = string.rep("x", 16384)\n'
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 20


class Workload:
    def __init__(self, name, path, body=0, kept_alive=True):
        self.name, self.path, self.body, self.kept_alive = name, path, body, kept_alive


WORKLOADS = (Workload("20 bytes", "/"), Workload("64 KiB", "/files/64k"), Workload("1 MiB", "/files/1m"),
             Workload("16 KiB POST", "/post", 16384), Workload("a connection each", "/", kept_alive=False))


def wrk_request(port, workload):
    """The bytes of a request as wrk writes it; the floor has to know how many there are."""
    head = f"{'POST' if workload.body else 'GET'} {workload.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    if workload.body:
        head += f"Content-Length: {workload.body}\r\n"
    return (head + "\r\n").encode() + b"x" * workload.body


def answer_bytes(port, workload):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as s:
        s.sendall(wrk_request(port, workload))
        data = b""
        while b"\r\n\r\n" not in data:
            piece = s.recv(65536)
            if not piece:
                raise SystemExit(f"bench: {workload.path} of the backends ends inside its head, {data!r}")
            data += piece
        length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", data).group(1))
        return data.index(b"\r\n\r\n") + 4 + length


def processor_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def peak_kib(pids):
    total = 0
    for pid in pids:
        total += int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))
    return total


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}[unit]


# With hundreds of large answers at once, the kernel drops what finds no room in a socket and sends it again, for any
# of the proxies; a few answers are then late. That is told, and shows in p99; anything else ends the measurement.
ONLY_LATE = r"Socket errors: connect 0, read 0, write 0, timeout \d+"


def measure(server, workload, connections, seconds, post_script):
    pids = server.pids()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
               f"http://127.0.0.1:{server.port}{workload.path}"]
    if workload.body:
        command[1:1] = ["-s", post_script]
    if not workload.kept_alive:
        command[1:1] = ["-H", "Connection: close"]
    before = processor_seconds(pids)
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = processor_seconds(pids) - before
    trouble = re.search(r"Socket errors.*|Non-2xx.*", out)
    if trouble:
        where = f"{server.name}, {workload.name}, {connections} connections: {trouble.group(0)}"
        if not re.fullmatch(ONLY_LATE, trouble.group(0)):
            raise SystemExit(f"bench: {where}")
        print(f"{where} (answers later than wrk's 2 s)", flush=True)
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    return {"cpu_us": used / requests * 1e6,
            "requests_per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
            "p50_us": microseconds(re.search(r"\n +50%\s+(\S+)", out).group(1)),
            "p99_us": microseconds(re.search(r"\n +99%\s+(\S+)", out).group(1)),
            "peak_kib": peak_kib(pids)}


def start_all(args, folder, backends, until_end):
    """{name: server}; each of them ends with `until_end`, also when one behind it does not start."""
    ports = backends.ports
    wanted = {
        "glassgate": lambda: proxies.glassgate(args.program, folder, ports),
        "nginx": lambda: proxies.nginx_bare(folder, ports),
        "haproxy": lambda: proxies.haproxy(folder, ports),
        "caddy": lambda: proxies.caddy(folder, ports),
        "go": lambda: proxies.go_proxy(folder, ports),
        "glassgate+": lambda: proxies.glassgate_everything(args.program, folder, ports),
        "nginx+": lambda: proxies.nginx_everything(folder, ports),
    }
    servers = {}
    for name, start in wanted.items():
        program = name.rstrip("+")
        if args.only and name not in args.only:
            continue
        if program != "glassgate" and not proxies.tool(program):
            print(f"{program} is not installed, and left out")
            continue
        servers[name] = until_end.enter_context(start())
    return servers


def start_floor(args, folder, backends, workload):
    # the port is in the Host field, so its digits count
    size = len(wrk_request(10000, workload))
    return proxies.floor(args.floor, folder, backends.ports[0], size, answer_bytes(backends.ports[0], workload))


def is_measured(name, workload):
    if name == "floor":
        return workload.kept_alive  # it has no pool: each of its clients' connections is one to the backend
    return not name.endswith("+") or workload.name == WORKLOADS[0].name  # everything on: the small answers only


def shuffled(servers, round_number):
    """In another order each round, the same in each run: nobody is always measured behind the same one."""
    items = list(servers.items())
    random.Random(round_number).shuffle(items)
    return items


def run_rounds(args, folder, backends, servers):
    """{(workload, connections, proxy): [a measurement a round]}"""
    post_script = proxies.write(folder / "post.lua", POST_SCRIPT)
    results = {}
    workloads = [w for w in WORKLOADS if not args.workload or w.name in args.workload]
    cells = [(w, c) for w in workloads for c in args.connections]
    for round_number in range(1, args.rounds + 1):
        for index, (workload, connections) in enumerate(cells, 1):
            print(f"\r\033[Kround {round_number} of {args.rounds}, {index} of {len(cells)}: {workload.name}, "
                  f"{connections} connections" if sys.stdout.isatty() else
                  f"round {round_number} of {args.rounds}: {workload.name}, {connections} connections",
                  end="" if sys.stdout.isatty() else "\n", flush=True)
            running = {name: server for name, server in servers.items() if is_measured(name, workload)}
            with contextlib.ExitStack() as until_end:
                if is_measured("floor", workload) and (not args.only or "floor" in args.only):
                    running["floor"] = until_end.enter_context(start_floor(args, folder, backends, workload))
                for name, server in shuffled(running, round_number):
                    figures = measure(server, workload, connections, args.seconds, post_script)
                    results.setdefault((workload.name, connections, name), []).append(figures)
    print()
    return results


def run_bursts(args, servers):
    """{(clients, proxy): the median over the rounds of the median, the 99th percentile and the longest wait}"""
    out = {}
    for clients in args.bursts:
        rounds = {name: [] for name in servers if not name.endswith("+")}
        for _ in range(args.rounds):
            for name, waits in rounds.items():
                ordered = burst.arrive(servers[name].port, clients)
                waits.append([burst.percentile(ordered, part) for part in (0.5, 0.99, 1)])
        for name, waits in rounds.items():
            out[clients, name] = [statistics.median(column) for column in zip(*waits)]
    return out


def medians(results):
    out = {}
    for key, rounds in results.items():
        out[key] = {figure: statistics.median(r[figure] for r in rounds) for figure in rounds[0]}
    return out


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the gateway")
    parser.add_argument("floor", help="the floor relay")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of one measurement")
    parser.add_argument("--connections", type=lambda t: [int(n) for n in t.split(",")], default=list(CONNECTIONS))
    parser.add_argument("--bursts", type=lambda t: [int(n) for n in t.split(",") if int(n) > 0], default=[256, 1000],
                        help="clients that arrive at once; 0: none")
    parser.add_argument("--only", type=lambda t: t.split(","), help="floor,glassgate,nginx,haproxy,caddy,go,...")
    parser.add_argument("--workload", type=lambda t: t.split(","), help="some of: " + ", ".join(w.name for w in WORKLOADS))
    parser.add_argument("--write", metavar="FOLDER", type=pathlib.Path, help="the folder to write the figures to")
    args = parser.parse_args()
    args.program, args.floor = str(pathlib.Path(args.program).resolve()), str(pathlib.Path(args.floor).resolve())
    return args


def main():
    args = parse_arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="glassgate-bench-"))
    with contextlib.ExitStack() as until_end:
        backends = proxies.Backends(folder)
        until_end.enter_context(backends.server)
        servers = start_all(args, folder, backends, until_end)
        figures = medians(run_rounds(args, folder, backends, servers))
        bursts = run_bursts(args, servers)
    shutil.rmtree(folder)
    report.print_tables(figures)
    report.print_bursts(bursts)
    if args.write:
        report.write_csv(args.write, figures, args)


if __name__ == "__main__":
    main()
