// Four files, one after the other, under two requests: what each request sees, and what is kept.
#include "gateway/reloader.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

ConfigResult file(const std::string& listen, const std::string& backends, const std::string& upstream = "u") {
  return parse_config("listen: " + listen + "\nupstreams: {u: {backends: [" + backends + "]}}\n" +
                      "routes: [{path: /, upstream: " + upstream + "}]\n");
}

std::string seen_by(const std::shared_ptr<const Runtime>& snapshot) {
  std::string out;
  for (const auto& backend : snapshot->upstreams()[0].backends) out += (out.empty() ? "" : " ") + backend->address.host;
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"event", 21}, {"outcome", 33}, {"new ones see"}, {"it sees", 9}, {"red failed"}});
  Lanes lanes("Hot reload: a request keeps the snapshot that it began with", "step", 0, 9);
  for (const char* const lane : {"snapshot 1", "snapshot 2", "snapshot 3", "request"}) lanes.add(lane);
  RuntimeHolder holder;
  std::shared_ptr<const Runtime> request;
  std::vector<std::weak_ptr<const Runtime>> snapshots;
  const auto load = [&, first = file("x:1", "red:1").config](const ConfigResult& read) -> std::string {
    if (!read.config) return "refused: " + read.errors[0].key;
    const auto before = holder.current();
    std::vector<std::string> restart;
    const Config next = with_fixed_settings(*read.config, before ? before->config() : *first, *first, restart);
    holder.swap_in(std::make_shared<const Runtime>(std::make_shared<const Config>(next), before.get()));
    snapshots.emplace_back(holder.current());
    return restart.empty() ? "applied" : "applied; needs a restart: " + restart[0];
  };
  const std::pair<const char*, std::function<std::string()>> steps[] = {
      {"file 1: red green", [&] { return load(file("x:1", "red:1, green:1")); }},
      {"a request begins", [&] { return request = holder.current(), ""; }},
      {"red fails three times", [&] { return request->upstreams()[0].backends[0]->failures.add(3), ""; }},
      {"file 2: red blue", [&] { return load(file("y:2", "red:1, blue:1")); }},
      {"file 3: a bad one", [&] { return load(file("x:1", "red:1", "nobody")); }},
      {"the request ends", [&] { return request.reset(), ""; }},
      {"the next one begins", [&] { return request = holder.current(), ""; }},
      {"file 4: red", [&] { return load(file("x:1", "red:1")); }},
      {"it ends", [&] { return request.reset(), ""; }}};
  for (int at = 0; const auto& [event, run] : steps) {
    example.step({event, run(), seen_by(holder.current()), request ? seen_by(request) : "",
                  holder.current()->upstreams()[0].backends[0]->failures.value()});
    holder.let_go_of_unused();  // as the housekeeper does each second
    for (size_t i = 0; i < snapshots.size(); ++i) {
      if (!snapshots[i].expired()) lanes.span(i, at, at + 1, Tone::a);
    }
    if (request) lanes.span(3, at, at + 1, Tone::good);
    ++at;
  }
  example.draw(lanes.svg());
}
