"""What `make bench` says: the tables for people, the figures as CSV."""

import csv
import pathlib
import platform
import time

GOALS = {  # workload: {peer: {connections: at most this ratio of processor time}}
    "20 bytes": {"floor": {1: 1.15, 32: 1.15, 256: 1.15}, "nginx": {1: 1.0, 32: 1.25, 256: 1.6},
                 "go": {1: 0.3, 32: 0.35, 256: 0.4}, "caddy": {1: 0.3, 32: 0.35, 256: 0.4}},
    "64 KiB": {"floor": {1: 1.15, 32: 1.15, 256: 1.15}, "nginx": {1: 0.8, 32: 0.8, 256: 0.9}},
    "1 MiB": {"floor": {1: 1.15, 32: 1.15, 256: 1.15}, "nginx": {1: 0.8, 32: 0.8, 256: 0.9}},
    "16 KiB POST": {"floor": {1: 1.15, 32: 1.15, 256: 1.15}, "nginx": {1: 0.95, 32: 1.0, 256: 1.05}},
}
ORDER = ("floor", "glassgate", "glassgate+", "nginx", "nginx+", "haproxy", "go", "caddy")
FIGURES = ("cpu_us", "requests_per_s", "p50_us", "p99_us", "peak_kib")


def ordered(keys):
    return sorted(keys, key=ORDER.index)


def of(figures, workload, connections):
    return {name: f for (w, c, name), f in figures.items() if (w, c) == (workload, connections)}


def cells(figures):
    return list(dict.fromkeys((w, c) for w, c, _ in figures))


def print_tables(figures):
    print("\n+: with everything on.\n")
    print(f"{'':<18}{'conns':>6}  {'':<11}{'us/request':>11}{'requests/s':>12}{'p50 us':>10}{'p99 us':>10}{'peak MiB':>10}")
    for workload, connections in cells(figures):
        cell = of(figures, workload, connections)
        for name in ordered(cell):
            f = cell[name]
            print(f"{workload:<18}{connections:>6}  {name:<11}{f['cpu_us']:>11.1f}{f['requests_per_s']:>12.0f}"
                  f"{f['p50_us']:>10.0f}{f['p99_us']:>10.0f}{f['peak_kib'] / 1024:>10.1f}")
    print("\nGlassgate's processor time a request, as a ratio; the goal behind it\n")
    for workload, connections in cells(figures):
        print_ratios(workload, connections, of(figures, workload, connections))


def print_ratios(workload, connections, cell):
    line = f"{workload:<18}{connections:>6}"
    for name in ordered(cell):
        if name in ("glassgate", "nginx+") or "glassgate" not in cell:
            continue
        if name == "glassgate+":
            ratio, goal = cell[name]["cpu_us"] / cell["glassgate"]["cpu_us"], 1.2
            label = "everything/bare"
        else:
            ratio = cell["glassgate"]["cpu_us"] / cell[name]["cpu_us"]
            goal, label = GOALS.get(workload, {}).get(name, {}).get(connections), name
        verdict = "" if goal is None else f" ({goal:g}{'' if ratio <= goal else ' MISSED'})"
        line += f"  {label} {ratio:.2f}{verdict}"
    if {"nginx", "nginx+"} <= cell.keys():
        line += f"  nginx+/nginx {cell['nginx+']['cpu_us'] / cell['nginx']['cpu_us']:.2f}"
    print(line)


def print_bursts(bursts):
    print("\nClients that arrive all at once, a request each: ms until the answer is there\n")
    print(f"{'clients':>8}  {'':<11}{'median':>9}{'p99':>9}{'longest':>9}")
    for clients, name in sorted(bursts, key=lambda key: (key[0], ORDER.index(key[1]))):
        print(f"{clients:>8}  {name:<11}" + "".join(f"{wait / 1000:>9.1f}" for wait in bursts[clients, name]))


def machine():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    cores = pathlib.Path("/proc/cpuinfo").read_text().count("processor\t")
    return f"{model}, {cores} cores, Linux {platform.release()}"


def origin(args):
    return (f"# machine: {machine()}\n# date: {time.strftime('%Y-%m-%d')}\n"
            f"# command: make bench ({args.rounds} rounds of {args.seconds} s; medians)\n")


def write_csv(folder, figures, args):
    """peers.tsv holds every figure; of each workload there is one to be drawn: processor time by connections."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "peers.tsv").open("w", newline="") as out:
        out.write(origin(args))
        table = csv.writer(out, delimiter="\t", lineterminator="\n")
        table.writerow(("workload", "connections", "proxy") + FIGURES)
        for workload, connections in cells(figures):
            cell = of(figures, workload, connections)
            for name in ordered(cell):
                table.writerow((workload, connections, name) + tuple(f"{cell[name][f]:.1f}" for f in FIGURES))
    for workload in dict.fromkeys(w for w, _ in cells(figures)):
        write_bars(folder / f"peers_{workload.lower().replace(' ', '_')}.csv", workload, figures, args)


def write_bars(path, workload, figures, args):
    with path.open("w", newline="") as out:
        out.write(f"# kind: bars\n# title: Processor time a request, {workload}\n# y: microseconds\n" + origin(args))
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("group", "series", "value"))
        for _, connections in (c for c in cells(figures) if c[0] == workload):
            cell = of(figures, workload, connections)
            for name in ordered(cell):
                if not name.endswith("+"):
                    group = f"{connections} connection{'s' if connections > 1 else ''}"
                    table.writerow((group, name, f"{cell[name]['cpu_us']:.1f}"))
