// A fast backend, a slow client, and between them the gateway, which holds one piece of the body and no more.
//
// Each socket's own buffer is set to hold two packets. A step: the backend sends what fits, the gateway moves what it
// can, the client reads one packet of 16 KiB. Beside it, a gateway that takes whatever it is sent.
#include <algorithm>

#include "http/relay.h"

#include "show/example.h"
#include "show/lanes.h"
#include "show/sockets.h"

using namespace glassgate;
using namespace glassgate::http;
using namespace glassgate::examples;

constexpr size_t kib = 1024, body_kib = 256;
// Two ends of one connection. What is sent goes in packets of this size, and two of them may wait.
static std::array<Socket, 2> connection(int packet) {
  auto ends = socket_pair();
  const int room = packet + 64;
  for (const Socket& end : ends) ::setsockopt(end.fd(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  return ends;
}

static const char* waited_for(const Flow& flow) {
  if (flow.is_stopped()) return "nobody";
  return flow.waits_to_write() ? "client" : "backend";
}

int main(int argc, char** argv) {
  auto [backend, from_backend] = connection(32 * kib);
  auto [to_client, client] = connection(16 * kib);
  Connection wire(std::move(from_backend));
  BodyReader body(wire, BodyFraming::of_length(body_kib * kib), {});
  Flow flow({body, wire.socket, to_client}, BodyEncoder(BodyFraming::Kind::length));

  Example example(argc, argv,
                  {{"step"}, {"sent KiB"}, {"held KiB"}, {"read KiB"}, {"waits for", 9}, {"unlimited KiB"}});
  Lanes lanes("256 KiB for a slow client: what the gateway holds", "step", 1, 16);
  const size_t levels = lanes.add("KiB held", body_kib);
  lanes.limit(levels, static_cast<int>(Buffer::block_bytes / kib), "one buffer");
  const std::string whole(body_kib * kib, 'x');
  std::array<char, 16 * kib> packet{};
  size_t sent = 0, read = 0;
  for (int step = 1; read < whole.size() && step < 100; ++step) {
    GatherList pieces;
    pieces.add(std::string_view(whole).substr(sent));
    sent += backend.write_now(pieces).bytes;
    for (int i = 0; i < 4 && !flow.is_stopped(); ++i) flow.step();  // more often than there is anything to move
    const auto held = static_cast<int>((body.bytes_read() - flow.body_bytes_written()) / kib);
    read += client.read_now(packet).bytes;
    const int unlimited = std::min(64 * step, 256) - static_cast<int>(read / kib);
    example.step({step, sent / kib, held, read / kib, waited_for(flow), unlimited});
    lanes.level(levels, step, held, Tone::good);
    lanes.level(levels, step, unlimited, Tone::bad);
  }
  lanes.legend(Tone::good, "this gateway");
  lanes.legend(Tone::bad, "a gateway that takes whatever is sent");
  example.draw(lanes.svg());
}
