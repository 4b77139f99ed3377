#!/usr/bin/env python3
"""Draws the figures of docs/figures: NAME.svg from NAME.csv, the same bytes for the same CSV.

    draw.py FILE.csv...            writes FILE.svg beside each
    draw.py --check FILE.csv...    fails when one is missing or is not what its CSV says

A CSV file begins with comment lines `# key: value`:
    title, x, y      what is seen, and what the axes are, with units
    kind             lines (rows `series,x,y`) or bars (rows `group,series,value`)
    x-scale, y-scale linear or log (lines only; linear when nothing is said)
    machine, date, command, values, note    stand below the picture
Then one line with the names of the columns, then the rows. The picture follows the reader's theme, light or dark.
"""
import csv
import os
import sys

from picture import (COLOURS, LEFT, LETTER, LINE, PLOT_HEIGHT, TOP, WIDTH, Mistake, Picture, Scale, fixed, plain,
                     wrapped)


def read(path):
    """The comment lines as a dictionary, and the rows."""
    about, rest = {}, []
    with open(path, encoding="utf-8", newline="") as file:
        for line in file:
            if line.startswith("#"):
                key, _, value = line[1:].partition(":")
                about[key.strip()] = value.strip()
            else:
                rest.append(line)
    rows = [row for row in csv.reader(rest) if row][1:]
    if "title" not in about or not rows or any(len(row) != 3 for row in rows):
        raise Mistake("needs a title and rows of three columns")
    return about, rows


def footer_of(about):
    lines = [about["note"]] if "note" in about else []
    told = [about[key] for key in ("values", "machine", "date") if key in about]
    if "command" in about:
        told.insert(0, about["command"])
    if told:
        lines.append("; ".join(told))
    return [part for line in lines for part in wrapped(line, 104)]


def draw_footer(picture, about, y):
    for number, line in enumerate(footer_of(about)):
        picture.text(12, y + number * LINE, line, "soft")


def draw_y_axis(picture, scale, right, label):
    picture.text(12, 48, label, "soft")
    for tick in scale.ticks():
        y = scale.place(tick)
        picture.line(LEFT, y, right, y, "axis" if y == scale.begin else "grid")
        picture.text(LEFT - 8, y + 4, plain(tick), "soft", "end")


def spread(wanted, low, high, gap=LINE):
    """Places near the wanted ones, in the same order, at least a gap apart."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    places = [0.0] * len(wanted)
    groups = []  # [first place, indices]: labels that touch share one group, which is centred on what they want
    for i in order:
        groups.append([wanted[i], [i]])
        while len(groups) > 1 and groups[-2][0] + gap * len(groups[-2][1]) > groups[-1][0]:
            _, last = groups.pop()
            together = groups.pop()[1] + last
            centre = sum(wanted[k] - gap * n for n, k in enumerate(together)) / len(together)
            groups.append([min(max(centre, low), high - gap * (len(together) - 1)), together])
    for first, together in groups:
        for n, i in enumerate(together):
            places[i] = first + gap * n
    return places


def series_of(rows):
    """Name to points, in the order of the file."""
    series = {}
    for name, x, y in rows:
        series.setdefault(name, []).append((float(x), float(y)))
    return series


def describe_lines(about, series):
    parts = [
        f"{name}: from {plain(points[0][1])} at {plain(points[0][0])} to {plain(points[-1][1])} at {plain(points[-1][0])}"
        for name, points in series.items()
    ]
    return f'{about.get("y", "")}, by {about.get("x", "")}. ' + "; ".join(parts) + "."


def draw_series(picture, series, x_scale, y_scale, right):
    ends = [y_scale.place(points[-1][1]) for points in series.values()]
    labels = spread(ends, TOP + 6, TOP + PLOT_HEIGHT - 6)
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(fixed(x_scale.place(x)), fixed(y_scale.place(y))) for x, y in points]
        way = " ".join(f"{x},{y}" for x, y in places)
        picture.add(f'<polyline class="line" stroke="{colour}" points="{way}"/>')
        for x, y in places:
            picture.add(f'<circle cx="{x}" cy="{y}" r="2.6" fill="{colour}"/>')
        if abs(labels[number] - ends[number]) > 4:
            picture.add(
                f'<line x1="{fixed(right + 4)}" y1="{fixed(ends[number])}" x2="{fixed(right + 11)}" '
                f'y2="{fixed(labels[number])}" stroke="{colour}" stroke-opacity=".6"/>'
            )
        picture.text(right + 14, labels[number] + 4, name, fill=colour)


def ticks_of_x(scale, xs):
    """Of a logarithmic axis: the powers of ten, and the ends where there is room for them."""
    if not scale.is_log:
        return sorted(set(xs))
    ticks = scale.ticks()
    for end in (min(xs), max(xs)):
        if all(abs(scale.place(end) - scale.place(tick)) > 40 for tick in ticks):
            ticks.append(end)
    return ticks


def draw_lines(about, rows):
    series = series_of(rows)
    if len(series) > len(COLOURS):
        raise Mistake(f"more than {len(COLOURS)} series cannot be told apart")
    right = WIDTH - 24 - LETTER * max(len(name) for name in series)
    bottom = TOP + PLOT_HEIGHT
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    x_scale = Scale(xs, about.get("x-scale") == "log", LEFT, right)
    x_scale.fit_to(min(xs), max(xs))
    y_scale = Scale(ys, about.get("y-scale") == "log", bottom, TOP)
    picture = Picture(bottom + 52 + LINE * len(footer_of(about)), about, describe_lines(about, series))
    draw_y_axis(picture, y_scale, right, about.get("y", ""))
    for tick in ticks_of_x(x_scale, xs):
        x = x_scale.place(tick)
        picture.line(x, TOP, x, bottom, "grid")
        picture.text(x, bottom + 17, plain(tick), "soft", "middle")
    picture.text((LEFT + right) / 2, bottom + 35, about.get("x", ""), "soft", "middle")
    draw_series(picture, series, x_scale, y_scale, right)
    draw_footer(picture, about, bottom + 58)
    return picture.end()


def draw_legend(picture, names, y):
    x = float(LEFT)
    for number, name in enumerate(names):
        picture.add(
            f'<rect x="{fixed(x)}" y="{fixed(y - 9)}" width="10" height="10" fill="{COLOURS[number % len(COLOURS)]}"/>'
        )
        picture.text(x + 15, y, name)
        x += 15 + LETTER * len(name) + 18


def draw_group(picture, x, width, values, y_scale):
    """The bars of one group, each with its number above it where there is room."""
    for number, value in values:
        height = y_scale.begin - y_scale.place(value)
        left = x + number * width
        colour = COLOURS[number % len(COLOURS)]
        picture.add(
            f'<rect x="{fixed(left + 1)}" y="{fixed(y_scale.begin - height)}" width="{fixed(width - 2)}" '
            f'height="{fixed(height)}" fill="{colour}"/>'
        )
        if LETTER * len(plain(value)) <= width + 4:
            picture.text(left + width / 2, y_scale.begin - height - 4, plain(value), "", "middle")


def draw_bars(about, rows):
    groups = list(dict.fromkeys(group for group, _, _ in rows))
    names = list(dict.fromkeys(name for _, name, _ in rows))
    if len(names) > len(COLOURS):
        raise Mistake(f"more than {len(COLOURS)} series cannot be told apart")
    values = {(group, name): float(value) for group, name, value in rows}
    right, bottom = WIDTH - 16, TOP + PLOT_HEIGHT
    room = (right - LEFT) / len(groups)
    under = {group: wrapped(group, max(4, int(room / LETTER))) for group in groups}
    tallest = max(len(lines) for lines in under.values())
    below = bottom + 3 + LINE * tallest
    told = "; ".join(f"{group}, {name}: {plain(value)}" for (group, name), value in values.items())
    picture = Picture(below + 34 + LINE * len(footer_of(about)), about, f'{about.get("y", "")}. {told}.')
    y_scale = Scale([value * 1.08 for value in values.values()], False, bottom, TOP)
    draw_y_axis(picture, y_scale, right, about.get("y", ""))
    width = min(64.0, room * 0.82 / len(names))
    for number, group in enumerate(groups):
        middle = LEFT + room * (number + 0.5)
        there = [(n, values[group, name]) for n, name in enumerate(names) if (group, name) in values]
        draw_group(picture, middle - width * len(names) / 2, width, there, y_scale)
        for line, words in enumerate(under[group]):
            picture.text(middle, bottom + 17 + LINE * line, words, "soft", "middle")
    draw_legend(picture, names, below + 18)
    draw_footer(picture, about, below + 42)
    return picture.end()


def draw(path):
    about, rows = read(path)
    kinds = {"lines": draw_lines, "bars": draw_bars}
    if about.get("kind") not in kinds:
        raise Mistake("kind is one of: " + ", ".join(kinds))
    return kinds[about["kind"]](about, rows)


def is_drawn(path, picture):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read() == picture
    except FileNotFoundError:
        return False


def main(arguments):
    check = arguments[:1] == ["--check"]
    misses = 0
    for path in arguments[1:] if check else arguments:
        svg = os.path.splitext(path)[0] + ".svg"
        try:
            picture = draw(path)
        except (Mistake, ValueError) as why:
            print(f"{path}: cannot be drawn: {why}", file=sys.stderr)
            misses += 1
            continue
        if not check:
            with open(svg, "w", encoding="utf-8", newline="") as file:
                file.write(picture)
        elif not is_drawn(svg, picture):
            print(f"{svg}: is not what {path} says: make draw", file=sys.stderr)
            misses += 1
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
