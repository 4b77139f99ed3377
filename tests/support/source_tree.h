// The repository's own files, for the tests that read them. Paths are relative to the repository's root, with '/'.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate::source_tree {

// Upwards from the working directory: the first folder that holds a Makefile and src/. Throws when there is none.
const std::filesystem::path& root();

// Every .h and .cpp below `folder`, sorted. A folder that does not exist has none.
std::vector<std::string> code_in(std::string_view folder);

bool exists(const std::string& file);
std::string text_of(const std::string& file);
std::vector<std::string> lines_of(const std::string& file);

// What git has in its index; nullopt where there is no git, or this is no working copy.
std::optional<std::vector<std::string>> tracked_files();

// "src/http/target.h:12": what editors and terminals make a link of.
std::string place(const std::string& file, size_t line);

// Fails the running test once for every miss, each with its own message.
void expect_none(const std::vector<std::string>& misses);

}  // namespace glassgate::source_tree
