// Hot reload of the real program: files that are edited, replaced, linked elsewhere, broken and mended.
#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/watched_file.h"

namespace glassgate::test {
namespace {

const std::string polled = "reload_interval: 20ms\n";

// Two backends that answer with their names, and a gateway whose configuration says which one is asked.
struct Road {
  explicit Road(const std::string& more = polled) : gateway(more + TestGateway::in_front_of({a.address()})) {}

  std::string in_front_of(const ScriptedUpstream& backend, const std::string& more = polled) const {
    return gateway.whole(more + TestGateway::in_front_of({backend.address()}));
  }
  std::string get() const {
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return client.read_response().body;
  }
  bool comes_to_answer(const std::string& name) const {
    return eventually([&] { return get() == name; });
  }
  Json config_status() const { return json_of(gateway.admin("/status")).at("config"); }
  bool has_metric(const std::string& line) const {
    return gateway.admin("/metrics").find("\n" + line + "\n") != std::string::npos;
  }

  ScriptedUpstream a{ScriptedUpstream::always(ok("a"))};
  ScriptedUpstream b{ScriptedUpstream::always(ok("b"))};
  GatewayProcess gateway;
};

TEST_CASE("a file that is edited in place is applied, again and again") {
  const Road road;
  CHECK(road.get() == "a");
  edit_in_place(road.gateway.config_path(), road.in_front_of(road.b));
  CHECK(road.comes_to_answer("b"));
  edit_in_place(road.gateway.config_path(), road.in_front_of(road.a));
  CHECK(road.comes_to_answer("a"));
  CHECK(eventually([&] { return road.config_status().at("reloads").text >= "2"; }));
}

TEST_CASE("a file that is replaced by a rename is applied, and nothing is reported in between") {
  const Road road;
  replace_by_rename(road.gateway.config_path(), road.in_front_of(road.b));
  CHECK(road.comes_to_answer("b"));
  CHECK(eventually([&] { return road.config_status().at("reloads").text == "1"; }));
  CHECK(road.config_status().at("failed_reloads").text == "0");
  CHECK(json_of(road.gateway.wait_for_log_lines(R"("event":"reloaded")")[0]).at("needs_restart").text == "nothing");
}

TEST_CASE("a symbolic link that is pointed elsewhere is followed") {
  const Road road;
  const TemporaryFile first(road.in_front_of(road.b));
  const TemporaryFile second(road.in_front_of(road.a));
  point_link(road.gateway.config_path(), first.path());
  CHECK(road.comes_to_answer("b"));
  point_link(road.gateway.config_path(), second.path());
  CHECK(road.comes_to_answer("a"));
  replace_by_rename(second.path(), road.in_front_of(road.b));  // the link stays, and its target changes
  CHECK(road.comes_to_answer("b"));
}

TEST_CASE("with reload_interval 0 a file is only read on SIGHUP, and then also for the sake of a new interval") {
  Road road("reload_interval: 0\n");
  ReadsOf reads(road.gateway.config_path());
  edit_in_place(road.gateway.config_path(), road.in_front_of(road.b, "reload_interval: 0\n"));
  for (int i = 0; i < 50; ++i) CHECK(road.get() == "a");
  CHECK(reads.so_far() == 0);
  road.gateway.process().signal(SIGHUP);
  CHECK(road.comes_to_answer("b"));
  edit_in_place(road.gateway.config_path(), road.in_front_of(road.a));
  road.gateway.process().signal(SIGHUP);
  CHECK(road.comes_to_answer("a"));
  edit_in_place(road.gateway.config_path(), road.in_front_of(road.b));
  CHECK(road.comes_to_answer("b"));  // without a signal: it is looked at from now on
}

TEST_CASE("a bad file changes nothing, is logged once, and shows until it is mended") {
  const Road road;
  const std::string& path = road.gateway.config_path();
  CHECK(road.has_metric("gateway_config_last_reload_successful 1"));
  replace_by_rename(path, road.gateway.whole("explain: perhaps\nroutes: [{path: /, upstream: nobody}]\n"));
  REQUIRE(eventually([&] { return road.config_status().at("failed_reloads").text == "1"; }));
  ReadsOf reads(path);
  REQUIRE(eventually([&] { return reads.so_far() >= 5; }));  // several looks later
  CHECK(road.get() == "a");
  const auto lines = road.gateway.wait_for_log_lines("reload_refused", 2);
  REQUIRE(lines.size() == 2);  // one for each error
  const Json status = road.config_status();
  REQUIRE(status.at("errors").items.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(json_of(lines[i]).at("level").text == "error");
    CHECK(json_of(lines[i]).at("reason").text == status.at("errors").at(i).text);
    CHECK(status.at("errors").at(i).text.starts_with(path + ":"));
  }
  CHECK(status.at("errors").at(0).text.find("explain") != std::string::npos);
  CHECK(status.at("errors").at(1).text.find("nobody") != std::string::npos);
  CHECK(road.has_metric("gateway_config_last_reload_successful 0"));
  CHECK(road.has_metric(R"(gateway_config_reloads_total{result="failure"} 1)"));
  CHECK(road.gateway.admin("/readyz").find("ready") != std::string::npos);

  replace_by_rename(path, road.in_front_of(road.b));
  CHECK(road.comes_to_answer("b"));
  CHECK(eventually([&] { return road.config_status().at("errors").items.empty(); }));
  CHECK(road.has_metric("gateway_config_last_reload_successful 1"));
  CHECK(road.has_metric(R"(gateway_config_reloads_total{result="success"} 1)"));
  CHECK(road.gateway.log_lines("reload_refused").size() == 2);
}

TEST_CASE("a file that is gone is a bad one, and one that was put back as it was is good again") {
  const Road road;
  REQUIRE(::unlink(road.gateway.config_path().c_str()) == 0);
  REQUIRE(eventually([&] { return road.has_metric("gateway_config_last_reload_successful 0"); }));
  CHECK(road.get() == "a");
  replace_by_rename(road.gateway.config_path(), road.in_front_of(road.a));
  CHECK(eventually([&] { return road.has_metric("gateway_config_last_reload_successful 1"); }));
}

TEST_CASE("SIGHUP with a bad file that is known to be bad says so once more, and keeps serving") {
  Road road("reload_interval: 0\n");
  edit_in_place(road.gateway.config_path(), "rubbish");
  for (size_t i = 1; i <= 3; ++i) {
    road.gateway.process().signal(SIGHUP);
    road.gateway.wait_for_log_lines("reload_refused", i);
    CHECK(road.get() == "a");
  }
}

TEST_CASE("a new listen, admin or max_connections is named as needing a restart, and the rest applies") {
  const Road road;
  const std::string yaml = "listen: 127.0.0.1:1\nadmin: 127.0.0.1:2\nlog: {file: " + road.gateway.log_path() + "}\n" +
                           polled + TestGateway::in_front_of({road.b.address()}, "max_connections: 7");
  replace_by_rename(road.gateway.config_path(), yaml);
  CHECK(road.comes_to_answer("b"));
  REQUIRE(eventually([&] { return !road.config_status().at("needs_restart").items.empty(); }));
  const Json status = json_of(road.gateway.admin("/status"));
  std::vector<std::string> named;
  for (const Json& key : status.at("config").at("needs_restart").items) named.push_back(key.text);
  CHECK(named == std::vector<std::string>{"listen", "admin", "server.max_connections"});
  CHECK(status.at("connections").at("limit").text == "1024");
  CHECK(status.at("config").at("errors").items.empty());
  CHECK(json_of(road.gateway.wait_for_log_lines(R"("event":"reloaded")")[0]).at("needs_restart").text ==
        "listen, admin, server.max_connections");
  replace_by_rename(road.gateway.config_path(), road.in_front_of(road.b));
  CHECK(eventually([&] { return road.config_status().at("needs_restart").items.empty(); }));
}

TEST_CASE("a new idle_timeout counts for a connection that is open, from its next request on") {
  const Road road(polled + "server: {idle_timeout: 1h}\n");
  Peer client = road.gateway.connect();
  const auto get = [&] {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return client.read_response().body;
  };
  CHECK(get() == "a");
  replace_by_rename(road.gateway.config_path(), road.in_front_of(road.b, polled + "server: {idle_timeout: 50ms}\n"));
  CHECK(road.comes_to_answer("b"));
  CHECK(get() == "b");  // it has not ended before
  CHECK(client.read_to_end() == "");
}

TEST_CASE("the log goes where the new file says, and holds what the new level lets through") {
  const Road road;
  const TemporaryFile other;
  CHECK(road.get() == "a");
  road.gateway.wait_for_log_lines(R"("event":"access")");
  const auto logging = [&](const std::string& log) {
    return "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nlog: {" + log + "}\n" + polled +
           TestGateway::in_front_of({road.b.address()});
  };
  replace_by_rename(road.gateway.config_path(), logging("level: info, file: " + other.path()));
  CHECK(road.comes_to_answer("b"));
  REQUIRE(eventually([&] { return other.text().find(R"("event":"access")") != std::string::npos; }));
  REQUIRE(eventually([&] { return other.text().find(R"("event":"reloaded")") != std::string::npos; }));
  const size_t old_lines = road.gateway.log_lines("").size();

  replace_by_rename(road.gateway.config_path(), logging("level: error, file: " + other.path()));
  REQUIRE(eventually([&] { return road.config_status().at("reloads").text == "2"; }));
  replace_by_rename(road.gateway.config_path(), logging("level: nonsense, file: " + other.path()));
  REQUIRE(eventually([&] { return other.text().find("reload_refused") != std::string::npos; }));  // an error
  const std::string text = other.text();
  CHECK(text.find(R"("event":"reloaded")") == text.rfind(R"("event":"reloaded")"));  // the second was only news
  CHECK(road.gateway.log_lines("").size() == old_lines);
}

}  // namespace
}  // namespace glassgate::test
