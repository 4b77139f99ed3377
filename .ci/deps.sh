#!/usr/bin/env bash
# Installs the packages that a target needs and this machine lacks. Says nothing when nothing is missing.
#   .ci/deps.sh SET...        build httplib run lint debug bench fuzz coverage docs
# A package counts as there when what it brings is there, wherever that came from: so this also works on other systems,
# where it cannot install and only says what is missing.
set -euo pipefail

# SET, then Debian's package, then how to see that it is there.
packages='
build    make                command make
build    g++                 command g++
build    pkg-config          command pkg-config
build    libyaml-cpp-dev     library yaml-cpp
build    doctest-dev         header  doctest/doctest.h
httplib  libcpp-httplib-dev  library cpp-httplib
run      curl                command curl
lint     clang               command clang++
lint     clang-format        command clang-format
lint     clang-tidy          command clang-tidy
fuzz     clang               command clang++
fuzz     libclang-rt-14-dev  runtime fuzzer
coverage clang               command clang++
coverage libclang-rt-14-dev  runtime fuzzer
coverage llvm                command llvm-cov
coverage python3             command python3
debug    gdb                 command gdb
bench    wrk                 command wrk
bench    nginx-light         command nginx
docs     python3             command python3
docs     gdb                 command gdb
docs     curl                command curl
docs     procps              command ps
'

is_there() {
  case $1 in
    command) PATH=$PATH:/usr/sbin type -P "$2" >/dev/null ;;
    library) pkg-config --exists "$2" 2>/dev/null ;;
    runtime) [[ -e $(clang++ -print-resource-dir 2>/dev/null)/lib/linux/libclang_rt.$2-$(uname -m).a ]] ;;
    header) [[ -e /usr/include/$2 || -e /usr/local/include/$2 ]] ;;
  esac
}

missing_of() {
  local set package kind name
  while read -r set package kind name; do
    if [[ " $* " == *" $set "* ]] && ! is_there "$kind" "$name"; then echo "$package"; fi
  done <<<"$packages"
}

is_debian() {
  (ID='' ID_LIKE='' && . /etc/os-release && [[ " $ID $ID_LIKE " == *" debian "* ]]) 2>/dev/null && type -P apt-get >/dev/null
}

# Debian starts a service when its package is installed. nginx is here to be measured against, not to take port 80:
# so it is masked while it is installed, and not started at boot either. Where systemd does not run, it is stopped.
install_packages() {
  local quiet=()
  [[ " $* " == *" nginx"* ]] && quiet=(nginx)
  if [[ -n ${quiet[*]} && -d /run/systemd/system ]]; then "${as_root[@]}" systemctl mask --quiet nginx.service; fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  [[ -n ${quiet[*]} ]] || return 0
  if [[ -d /run/systemd/system ]]; then
    "${as_root[@]}" systemctl unmask --quiet nginx.service
    "${as_root[@]}" systemctl disable --quiet nginx.service
  else
    "${as_root[@]}" nginx -s stop 2>/dev/null || true
  fi
}

mapfile -t missing < <(missing_of "$@")
[[ ${#missing[@]} -gt 0 ]] || exit 0

if ! is_debian; then
  echo "deps: missing here: ${missing[*]} (the names of Debian's packages). Please install them by hand." >&2
  exit 1
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! type -P sudo >/dev/null; then
    echo "deps: missing here: ${missing[*]}. As root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "deps: installing with ${as_root[*]:+sudo }apt-get: ${missing[*]}"
install_packages "${missing[@]}"
