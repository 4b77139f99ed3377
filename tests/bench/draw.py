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
import html
import math
import os
import sys

WIDTH = 700
PLOT_HEIGHT = 260
LEFT, TOP = 62, 66
SMALL = 12  # size of the small letters
LETTER = 6.6  # width of one of them, about
LINE = 15  # from one line of text to the next
COLOURS = ["#2f7ed8", "#d9722e", "#2f9e64", "#a35fc4", "#c2475e", "#7d8794"]
STYLE = """text { font: 12px system-ui, sans-serif; fill: #333a42; }
.title { font-size: 15px; font-weight: 600; }
.soft { fill: #6a737d; }
.grid { stroke: #8b949e; stroke-opacity: .25; stroke-width: 1; }
.axis { stroke: #8b949e; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) { text { fill: #d6dbe1; } .soft { fill: #9aa4af; } }"""


class Mistake(Exception):
    pass


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


def plain(value):
    """A number as people write it: 10,000 and 0.5, never 1e+04."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.6g}"


def fixed(value):
    """A coordinate: one digit behind the point, so that the bytes are the same everywhere."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text


def step_for(top, most=6):
    """The smallest of 1, 2, 5, 10, 20, ... with which at most so many steps reach the top."""
    size = 10 ** (math.floor(math.log10(top)) - 1)
    while True:
        for factor in (1, 2, 5):
            if top / (size * factor) <= most:
                return size * factor
        size *= 10


class Scale:
    """From a value to a place between two ends of a line."""

    def __init__(self, values, is_log, begin, end):
        if is_log and min(values) <= 0:
            raise Mistake("a logarithmic axis has no zero")
        self.is_log, self.begin, self.end = is_log, begin, end
        if is_log:
            self.low, self.high = self.log_ends(min(values), max(values))
        else:
            step = step_for(max(max(values), 1e-9))
            self.low, self.high = 0.0, step * math.ceil(max(values) / step * 0.9999)
            self.step = step

    @staticmethod
    def log_ends(low, high):
        below, above = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
        return float(below), float(max(above, below + 1))

    def fit_to(self, low, high):
        """For the x axis: it begins and ends with the figures, not with whole powers of ten."""
        self.low, self.high = (math.log10(low), math.log10(high)) if self.is_log else (low, high)
        if self.low == self.high:
            self.high += 1

    def place(self, value):
        at = math.log10(value) if self.is_log else value
        return self.begin + (at - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self):
        if not self.is_log:
            count = int(round((self.high - self.low) / self.step))
            return [round(self.low + i * self.step, 9) for i in range(count + 1)]
        powers = range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1)
        return [float(10**power) if power >= 0 else round(10.0**power, -power) for power in powers]


class Picture:
    def __init__(self, height, about, description):
        self.out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'role="img" aria-labelledby="title desc">',
            f'<title id="title">{html.escape(about["title"])}</title>',
            f'<desc id="desc">{html.escape(description)}</desc>',
            f"<style>{STYLE}</style>",
        ]
        self.text(12, 24, about["title"], "title")

    def text(self, x, y, words, kind="", anchor="start", fill=""):
        kind = f' class="{kind}"' if kind else ""
        anchor = f' text-anchor="{anchor}"' if anchor != "start" else ""
        fill = f' style="fill:{fill}"' if fill else ""
        self.out.append(f'<text x="{fixed(x)}" y="{fixed(y)}"{kind}{anchor}{fill}>{html.escape(words)}</text>')

    def line(self, x1, y1, x2, y2, kind):
        self.out.append(
            f'<line class="{kind}" x1="{fixed(x1)}" y1="{fixed(y1)}" x2="{fixed(x2)}" y2="{fixed(y2)}"/>'
        )

    def add(self, element):
        self.out.append(element)

    def end(self):
        return "\n".join(self.out + ["</svg>", ""])


def wrapped(words, width):
    """Lines of at most that many letters."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


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
