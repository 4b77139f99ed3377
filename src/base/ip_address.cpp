#include "base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/strings.h"

namespace glassgate {
namespace {

constexpr std::array<uint8_t, 12> v4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool bit_set(const std::array<uint8_t, 16>& bytes, unsigned bit) {
  return (bytes[bit / 8] >> (7 - bit % 8)) & 1;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() > INET6_ADDRSTRLEN || terminated.find('\0') != std::string::npos) return std::nullopt;
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) return from_v4(bytes.data());
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return from_v6(bytes.data());
  return std::nullopt;
}

IpAddress IpAddress::from(const sockaddr& address) {
  switch (address.sa_family) {
    case AF_INET: {
      sockaddr_in v4{};
      std::memcpy(&v4, &address, sizeof v4);
      return from_v4(reinterpret_cast<const uint8_t*>(&v4.sin_addr));
    }
    case AF_INET6: {
      sockaddr_in6 v6{};
      std::memcpy(&v6, &address, sizeof v6);
      return from_v6(v6.sin6_addr.s6_addr);
    }
    default: return {};
  }
}

IpAddress IpAddress::from_v4(const uint8_t* bytes) {
  IpAddress out;
  std::copy_n(bytes, 4, out.bytes_.begin());
  return out;
}

IpAddress IpAddress::from_v6(const uint8_t* bytes) {
  if (std::equal(v4_mapped.begin(), v4_mapped.end(), bytes)) return from_v4(bytes + v4_mapped.size());
  IpAddress out;
  out.v4_ = false;
  std::copy_n(bytes, 16, out.bytes_.begin());
  return out;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), static_cast<socklen_t>(buffer.size()));
  return buffer.data();
}

std::optional<CidrBlock> CidrBlock::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  CidrBlock out;
  out.base_ = *base;
  const unsigned width = base->is_v4() ? 32 : 128;
  out.prefix_ = width;
  if (slash != std::string_view::npos) {
    // ::ffff:10.0.0.0/104 counts its bits as IPv6 does, though the block is one of IPv4.
    const bool is_mapped = base->is_v4() && text.substr(0, slash).find(':') != std::string_view::npos;
    const unsigned uncounted = is_mapped ? 96 : 0;
    const auto prefix = parse_decimal(text.substr(slash + 1));
    if (!prefix || *prefix < uncounted || *prefix - uncounted > width) return std::nullopt;
    out.prefix_ = static_cast<unsigned>(*prefix) - uncounted;
  }
  for (unsigned bit = out.prefix_; bit < width; ++bit) {
    if (bit_set(out.base_.bytes_, bit)) return std::nullopt;
  }
  return out;
}

bool CidrBlock::contains(const IpAddress& address) const {
  if (address.v4_ != base_.v4_) return false;
  for (unsigned bit = 0; bit < prefix_; ++bit) {
    if (bit_set(address.bytes_, bit) != bit_set(base_.bytes_, bit)) return false;
  }
  return true;
}

std::string CidrBlock::text() const {
  return base_.text() + "/" + std::to_string(prefix_);
}

}  // namespace glassgate
