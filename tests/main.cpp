// The one main() of all tests.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

namespace {

// Tells once more, at the end, which tests failed, and of what first: doctest tells it where it happens, which may be
// thousands of lines above. Threads of a test may fail at the same time.
class FailureList : public doctest::IReporter {
 public:
  explicit FailureList(const doctest::ContextOptions& /*options*/) {}

  void test_case_start(const doctest::TestCaseData& test) override {
    test_ = place(test.m_file.c_str(), test.m_line) + test.m_name;
    has_failed_ = false;
  }

  void log_assert(const doctest::AssertData& assertion) override {
    if (!assertion.m_failed || (assertion.m_at & doctest::assertType::is_warn) != 0) return;
    const char* got = assertion.m_threw ? assertion.m_exception.c_str() : assertion.m_decomp.c_str();
    add(place(assertion.m_file, static_cast<unsigned>(assertion.m_line)) + doctest::assertString(assertion.m_at) +
        "( " + assertion.m_expr + " )" + (*got != '\0' ? std::string(" is ") + got : ""));
  }

  void log_message(const doctest::MessageData& message) override {
    if ((message.m_severity & doctest::assertType::is_warn) != 0) return;
    add(place(message.m_file, static_cast<unsigned>(message.m_line)) + message.m_string.c_str());
  }

  void test_case_exception(const doctest::TestCaseException& exception) override {
    add(std::string(exception.is_crash ? "crashed: " : "threw: ") + exception.error_string.c_str());
  }

  // For people: what is written to standard output may be XML.
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {
    std::cout << std::flush;
    for (size_t i = 0; i < std::min(failed_.size(), kMostShown); ++i) std::cerr << "FAILED " << failed_[i] << '\n';
    if (failed_.size() > kMostShown) std::cerr << "... and " << failed_.size() - kMostShown << " more, above\n";
  }

  void report_query(const doctest::QueryData& /*query*/) override {}
  void test_run_start() override {}
  void test_case_reenter(const doctest::TestCaseData& /*test*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*subcase*/) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData& /*test*/) override {}

 private:
  static constexpr size_t kMostShown = 10;

  static std::string place(const char* file, unsigned line) { return file + (":" + std::to_string(line)) + ": "; }

  // With what the test says of where it is (INFO): that of the thread that fails.
  void add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(has_failed_, true)) return;
    std::ostringstream text;
    text << test_ << "\n    " << what << '\n';
    for (int i = 0; i < get_num_active_contexts(); ++i) {
      text << "    ";
      get_active_contexts()[i]->stringify(&text);
      text << '\n';
    }
    failed_.push_back(text.str());
  }

  std::string test_;  // changed only while no test runs
  std::mutex mutex_;
  bool has_failed_ = false;  // this test
  std::vector<std::string> failed_;
};
REGISTER_LISTENER("failures", 1, FailureList);

// Tests with many connections need as many descriptors as the system lets one process have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  return doctest::Context(argc, argv).run();
}
