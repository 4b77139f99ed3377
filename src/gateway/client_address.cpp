#include "gateway/client_address.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/strings.h"

namespace glassgate {
namespace {

// More hops than any real chain of proxies has.
constexpr size_t max_hops = 32;

// The elements of X-Forwarded-For, the last one first.
std::vector<std::string_view> forwarded_for(const http::Fields& fields) {
  std::vector<std::string_view> hops;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::x_forwarded_for || has_underscore(field)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) hops.push_back(trim(take_until(rest, ',')));
  }
  std::reverse(hops.begin(), hops.end());
  if (hops.size() > max_hops) hops.resize(max_hops);
  return hops;
}

}  // namespace

bool has_underscore(const http::Field& field) {
  return field.name.find('_') != std::string_view::npos;
}

bool is_trusted_proxy(const ServerConfig& config, const IpAddress& address) {
  return std::any_of(config.trusted_proxies.begin(), config.trusted_proxies.end(),
                     [&](const CidrBlock& block) { return block.contains(address); });
}

IpAddress client_address(const ServerConfig& config, const IpAddress& peer, const http::Fields& fields) {
  IpAddress believed = peer;
  if (!is_trusted_proxy(config, peer)) return believed;
  for (const std::string_view hop : forwarded_for(fields)) {
    const auto address = IpAddress::parse(hop);
    if (!address) break;
    believed = *address;
    if (!is_trusted_proxy(config, believed)) break;
  }
  return believed;
}

}  // namespace glassgate
