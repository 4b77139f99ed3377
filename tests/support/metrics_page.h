// A page of Prometheus text, read strictly enough to ask it questions.
#pragma once

#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/strings.h"

namespace glassgate::test {

struct MetricsPage {
  std::map<std::string, std::string> types;  // of each family
  std::map<std::string, double> samples;     // by name{labels}, as they stand on the page

  explicit MetricsPage(std::string_view text) {
    while (!text.empty()) {
      std::string_view line = take_until(text, '\n');
      if (line.starts_with("# TYPE ")) {
        line.remove_prefix(7);
        const std::string name(take_until(line, ' '));
        if (!types.emplace(name, line).second) throw std::runtime_error("a second family " + name);
      } else if (!line.starts_with("# HELP ")) {
        const size_t space = line.rfind(' ');
        if (space == std::string_view::npos) throw std::runtime_error("no sample: " + std::string(line));
        const std::string name(line.substr(0, space));
        if (!samples.emplace(name, std::strtod(line.data() + space + 1, nullptr)).second) {
          throw std::runtime_error("a second sample " + name);
        }
      }
    }
  }

  // Throws, with the name, where there is none.
  double at(const std::string& sample) const {
    const auto found = samples.find(sample);
    if (found == samples.end()) throw std::runtime_error("no sample " + sample);
    return found->second;
  }
  bool has(const std::string& sample) const { return samples.contains(sample); }

  // The names of the labels that the samples of a name have; "" for none.
  std::set<std::string> label_names(const std::string& name) const {
    std::set<std::string> out;
    for (const auto& [sample, value] : samples) {
      if (sample != name && !sample.starts_with(name + "{")) continue;
      out.insert(names_in(std::string_view(sample).substr(name.size())));
    }
    return out;
  }

  size_t count(const std::string& beginning) const {
    size_t n = 0;
    for (const auto& [sample, value] : samples) n += sample.starts_with(beginning) ? 1 : 0;
    return n;
  }

 private:
  // {a="x",b="y"} is "a,b".
  static std::string names_in(std::string_view labels) {
    std::string out;
    while (labels.size() > 1) {
      labels.remove_prefix(1);  // the brace, or the comma
      out.append(out.empty() ? "" : ",").append(take_until(labels, '='));
      labels.remove_prefix(1);
      while (!labels.empty() && labels.front() != '"') labels.remove_prefix(labels.front() == '\\' ? 2 : 1);
      if (!labels.empty()) labels.remove_prefix(1);
    }
    return out;
  }
};

}  // namespace glassgate::test
