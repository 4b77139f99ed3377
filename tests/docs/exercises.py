"""Exercises: `exercise NN.K` of a lesson is a skipped test, which fails until the answer of docs/answers is applied."""

import concurrent.futures
import re

import cpp
import marks
import overlay
import patches

NAME = "exercise"
TOGETHER = "28"  # the larger ones: their answers are applied all at once
NAMED = re.compile(r"\b[Ee]xercise (\d\d?\.\d+)\b")
TITLE = re.compile(r"exercise (\d\d?\.\d+):")
ANSWER = re.compile(r"(\d\d?\.\d+)\b")


class Exercise:
    """`named`: where a lesson names it; `cases`: its tests; `diffs`: the fences of its answer."""

    def __init__(self, number):
        self.number, self.named, self.cases, self.answer, self.diffs = number, None, [], None, []

    def lesson(self):
        return f"{int(self.number.split('.')[0]):02}"

    def tests(self):
        return sorted({case.file for case in self.cases})

    def filter(self):
        return f"-tc=exercise {self.number}:*"


def all_exercises(tree):
    found = {}

    def at(number):
        return found.setdefault(number, Exercise(number))

    for page in tree.all_pages():
        if re.match(r"docs/lessons/\d\d-", page.path):
            for line, text in enumerate(page.lines, 1):
                for number in NAMED.findall(text):
                    at(number).named = at(number).named or (page, line)
        elif re.match(r"docs/answers/\d\d-", page.path):
            for heading, fences in answers_of(page):
                exercise = at(ANSWER.match(heading.text)[1])
                exercise.answer, exercise.diffs = (page, heading.line), fences
    for case in cpp.cases_in(tree, "tests/exercises/*_test.cpp"):
        if title := TITLE.match(case.name):
            at(title[1]).cases.append(case)
    return sorted(found.values(), key=lambda exercise: [int(part) for part in exercise.number.split(".")])


def answers_of(page):
    """[(heading `### NN.K ...`, the diffs below it)]"""
    bounds = [heading for heading in page.headings if heading.level <= 3]
    for number, heading in enumerate(bounds):
        if heading.level != 3 or not ANSWER.match(heading.text):
            continue
        end = bounds[number + 1].line if number + 1 < len(bounds) else len(page.lines) + 1
        yield heading, [fence for fence in page.fences
                        if heading.line < fence.line < end and fence.language == "diff" and not fence.mark]


def chosen(tree):
    """Those of the lessons in question: a page of lessons or of answers stands for its number."""
    numbers = {match[1] for page in tree.pages() if (match := re.match(r"docs/(?:lessons|answers)/(\d\d)-", page.path))}
    return [exercise for exercise in all_exercises(tree) if not tree.is_partial() or exercise.lesson() in numbers]


def form_misses(exercise):
    """What is missing of it, before anything is run."""
    page, line = exercise.named or exercise.answer or (None, None)
    place = (page.path, line) if page else (exercise.cases[0].file, exercise.cases[0].line)
    if not exercise.cases:
        yield marks.Miss(*place, NAME, f"tests/exercises/ has no test case `exercise {exercise.number}: ...`")
    if not exercise.named:
        yield marks.Miss(*place, NAME, f"no lesson names exercise {exercise.number}")
    if not exercise.answer:
        yield marks.Miss(*place, NAME, f"docs/answers/{exercise.lesson()}-*.md has no `### {exercise.number} ...`")
    elif not exercise.diffs:
        yield marks.Miss(*place, NAME, f"the answer to {exercise.number} has no diff")
    for case in exercise.cases:
        if not case.is_skipped():
            yield marks.Miss(case.file, case.line, NAME, f"{case.name}: is not decorated with doctest::skip()")


def changed_files(tree, exercises):
    """{path: text} with all their answers."""
    new = {}
    for exercise in exercises:
        for fence in exercise.diffs:
            for patch in patches.parse(fence.lines):
                if not patch.path.startswith(("src/", "tests/")):
                    raise patches.Wrong(f"{patch.path}: only src/ and tests/ are built anew")
                before = new[patch.path] if patch.path in new else tree.text(patch.path)
                new[patch.path] = patches.applied(patch, before)
    return new


def sources_of(built, files, tests):
    """What is compiled: changed sources, who includes a changed header, and then the tests, which may ask for it."""
    headers = [path for path in files if path.endswith(".h")]
    sources = {path for path in files if path.endswith(".cpp")}
    return sorted(sources.union(built.affected(headers, tests), tests if headers else []))


def red_troubles(tree, exercise):
    """It fails as things are."""
    before = overlay.run_tests(tree.root, "build/tests", ["--no-skip", exercise.filter()])
    if not before.is_red():
        yield exercise, f"the test has to fail without the answer: {before.words()}"


def green_troubles(built, tree, exercises):
    """With their answers, in one overlay."""
    try:
        files = changed_files(tree, exercises)
        tests = sorted({test for exercise in exercises for test in exercise.tests()})
        with overlay.Overlay(built, "exercise_" + exercises[0].number) as changed:
            for path, text in files.items():
                changed.put(path, text)
            program = changed.program_of(tests, sources_of(built, files, tests))
            for exercise in exercises:
                after = changed.run(program, ["--no-skip", exercise.filter()])
                if not after.is_green():
                    yield exercise, f"the test does not pass with the answer: {after.words()}"
    except (patches.Wrong, overlay.Broken) as why:
        yield exercises[0], f"the answer does not go with the tree: {why}"


def run_misses(tree, exercises):
    built = overlay.Built(tree)
    groups = [[exercise] for exercise in exercises if exercise.lesson() != TOGETHER]
    if larger := [exercise for exercise in exercises if exercise.lesson() == TOGETHER]:
        groups.insert(0, larger)  # the longest first

    def troubles(group):
        red = [trouble for exercise in group for trouble in red_troubles(tree, exercise)]
        return red + list(green_troubles(built, tree, group))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for found in pool.map(troubles, groups):
            for exercise, words in found:
                page, line = exercise.answer
                yield page.miss(line, NAME, f"{exercise.number}: {words}")


def check(tree):
    exercises = chosen(tree)
    misses = [miss for exercise in exercises for miss in form_misses(exercise)]
    ready = [exercise for exercise in exercises if exercise.cases and exercise.diffs]
    if ready:
        misses += run_misses(tree, ready)
    return len(exercises), misses
