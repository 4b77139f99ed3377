"""What a figure is drawn with: a scale, and the elements of an SVG."""

import html
import math

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
