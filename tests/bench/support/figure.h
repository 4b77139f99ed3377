// One picture's worth of figures: what a bench measured, as a CSV file that tests/bench/draw.py draws.
//
// Problem: one measurement on a machine that does other things, too, says little.
// Guarantee: every point of the file is the median of all values that were added for it. Series stand in the order in
// which they were first added, points in the order of x. On top stand the axes, the machine, the day and the command.
// Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace glassgate::bench {

enum class Scale { linear, log };

struct FigureText {
  std::string name;  // of the file
  std::string title;
  std::string x;
  std::string y;  // with its unit
  Scale y_scale = Scale::linear;
};

class Figure {
 public:
  explicit Figure(FigureText text) : text_(std::move(text)) {}

  void add(const std::string& series, size_t x, double value);
  // To FOLDER/NAME.csv, and what it says for people to stdout.
  void write(const std::string& folder, const std::string& command) const;

 private:
  using Points = std::map<size_t, std::vector<double>>;
  std::string csv(const std::string& command) const;

  FigureText text_;
  std::vector<std::pair<std::string, Points>> series_;
};

double median(std::vector<double> values);

// Where the pictures are: the first argument of a bench, or docs/figures below the folder it was started in.
std::string figures_folder(int argc, char** argv);

// For people who wait: one line to stderr.
void say(const std::string& line);

// Of this thread's processor time: what other processes do meanwhile does not count.
double nanoseconds_of(const std::function<void()>& work);

[[noreturn]] void fail(const std::string& why);

}  // namespace glassgate::bench
