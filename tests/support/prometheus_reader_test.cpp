#include "support/prometheus_reader.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate::test {
namespace {

const std::string head = "# HELP a help\n# TYPE a gauge\n";

TEST_CASE("prometheus reader: what the format has, it takes") {
  for (const std::string& page :
       {std::string(), head, head + "a 1\n", head + "a{b=\"\"} -1.5e+09\na{b=\"\\\"\\\\\\n{},=\"} NaN\n",
        head + "# HELP c \\\\ \"quotes\" \\n\n# TYPE c counter\nc{x=\"1\",y=\"2\"} +Inf\n",
        std::string("# HELP h h\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 0.5\nh_count 1\n")}) {
    CAPTURE(page);
    CHECK_NOTHROW(read_prometheus_page(page));
  }
}

TEST_CASE("prometheus reader: anything else it throws for") {
  const std::vector<std::string> samples{"a word\n",
                                         "a \n",
                                         "a 1",
                                         "a  1\n",
                                         "a 1 \n",
                                         "a 1 2\n",
                                         "a 0x1\n",
                                         "a inf\n",
                                         "b 1\n",
                                         "a{} 1\n",
                                         "a{b} 1\n",
                                         "a{b=c} 1\n",
                                         "a{b=\"c} 1\n",
                                         "a{b=\"\\t\"} 1\n",
                                         "a{b=\"\n\"} 1\n",
                                         "a{1=\"\"} 1\n",
                                         "a{b:c=\"\"} 1\n",
                                         "a{b=\"\",} 1\n",
                                         "a{b=\"\",b=\"\"} 1\n",
                                         "a{le=\"1\"} 1\n",
                                         "\n",
                                         "# a comment\n",
                                         "a_sum 1\n",
                                         "a 1\r\n"};
  for (const std::string& sample : samples) {
    CAPTURE(sample);
    CHECK_THROWS(read_prometheus_page(head + sample));
  }
  for (const std::string& page :
       {std::string("a 1\n"), head + head, std::string("# TYPE a gauge\na 1\n"), std::string("# HELP a help\na 1\n"),
        std::string("# HELP a \\t\n# TYPE a gauge\n"), std::string("# HELP a help\n# TYPE b gauge\n"),
        std::string("# HELP a help\n# TYPE a word\n")}) {
    CAPTURE(page);
    CHECK_THROWS(read_prometheus_page(page));
  }
}

}  // namespace
}  // namespace glassgate::test
