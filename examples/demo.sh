#!/usr/bin/env -S --default-signal=INT bash
# Three demo backends and the gateway in front of them, with the repository's config.yaml.
#   examples/demo.sh run   BUILD_DIR      until Ctrl-C, which lets requests in flight finish; a second one does not wait
#   examples/demo.sh debug BUILD_DIR      the gateway under gdb, with the breakpoints of examples/debug.gdb
#   examples/demo.sh backends BUILD_DIR   the backends alone, for an editor that starts the gateway in its own debugger
#
# For a debugger the gateway is given BUILD_DIR/debug.yaml: config.yaml, with time-outs of an hour.
#
# (A shell that starts something in the background has it ignore SIGINT, and bash cannot trap what was ignored from the
# start. So the first line sees to it that Ctrl-C works however this was started.)
set -uo pipefail
cd "$(dirname "$0")/.." || exit

mode=${1:-run}
build=${2:-build}
backends=(red:9101 green:9102 blue:9103)

setting() { # KEY: what config.yaml says at its top level
  sed -n "s/^$1:[[:space:]]*\([^[:space:]#]*\).*/\1/p" config.yaml
}
listen=$(setting listen)
admin=$(setting admin)

is_taken() { # HOST:PORT: somebody accepts connections there
  local host=${1%:*}
  host=${host#[}
  (exec 3<>"/dev/tcp/${host%]}/${1##*:}") 2>/dev/null
}

require_free_ports() {
  local address taken=0
  for address in "$listen" $admin "${backends[@]/#*:/127.0.0.1:}"; do
    if is_taken "$address"; then
      echo "demo: $address is taken. Is another demo running? \`ss -ltnp 'sport = :${address##*:}'\` names the program." >&2
      taken=1
    fi
  done
  return $taken
}

# Starts a program in a process group of its own. A terminal sends Ctrl-C to its foreground group, and this way that is
# only this script, which decides who is told what, and how often: to the gateway a second SIGINT means "stop at once".
start() {
  set -m
  "$@" </dev/null &
  set +m
}

wait_until_answers() { # NAME PID URL
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    [[ -z $stopping ]] || return 1
    if ! kill -0 "$2" 2>/dev/null; then
      echo "demo: $1 did not start." >&2
      return 1
    fi
    curl --silent --fail --output /dev/null --max-time 1 "$3" && return
    sleep 0.05
  done
  echo "demo: $1 started, but does not answer $3." >&2
  return 1
}

behind= # the backends, for people
start_backends() {
  local backend
  for backend in "${backends[@]}"; do
    start "$build/demo_backend" --name "${backend%:*}" --port "${backend#*:}"
    behind+="${behind:+, }${backend%:*} 127.0.0.1:${backend#*:} (pid $!)"
    wait_until_answers "the backend ${backend%:*}" $! "http://127.0.0.1:${backend#*:}/health" || return 1
  done
}

stop_everything() {
  local left
  trap '' INT TERM HUP
  left=$(jobs -pr)
  # shellcheck disable=SC2086
  [[ -z $left ]] || kill -TERM $left 2>/dev/null
  wait
}

# What a signal to this script means: on to the gateway, once for each.
stopping=
gateway=
signalled=
pass_on() {
  stopping=yes
  [[ -n $gateway ]] || return
  signalled=yes
  kill -INT "$gateway" 2>/dev/null
}

wait_for_gateway() { # its exit status; a signal ends `wait` early, so it is asked again
  local status
  while true; do
    signalled=
    wait "$gateway"
    status=$?
    [[ -n $signalled ]] || return $status
  done
}

show_what_there_is() {
  cat <<EOF

The gateway listens on http://$listen, its admin side on http://$admin
Behind it: $behind
(what they can be told, so that they fail or dawdle: examples/demo_backend.cpp)
Try, in another terminal:

  curl -i http://$listen/api/users
  curl -i http://$listen/echo -d '{"hello": "world"}'
  curl -i http://$listen/api/users -H 'X-Version: v2'
  for i in 1 2 3 4; do curl -i http://$listen/limited; done
  curl 'http://$admin/explain?text'

Ctrl-C stops everything.

EOF
}

run_gateway() {
  start "$build/glassgate" --config config.yaml
  gateway=$!
  [[ -z $stopping || -n $signalled ]] || pass_on # it came before there was a gateway to tell
  if wait_until_answers "the gateway" "$gateway" "http://$admin/healthz"; then
    show_what_there_is
  elif [[ -z $stopping ]]; then
    pass_on
  fi
  wait_for_gateway
}

# Standing at a breakpoint is slow, and neither a fault of a backend nor of a client: whatever would give up within seconds
# waits for an hour, also the one who probes. A route in the short form has no time-outs to set, and keeps the defaults.
write_debug_config() {
  awk '
    BEGIN { print "# Written by examples/demo.sh from config.yaml: nobody gives up on somebody who stands at a breakpoint." }
    /^ *(header|idle|body|drain|connect|response)_timeout:/ || /^ *timeout:/ { next }
    { print }
    /^[a-z_]+:/ { section = $1 }
    /^server:/ { give_server() }
    section == "upstreams:" && /^  [A-Za-z0-9_.-]+: *(#.*)?$/ { give(4, "connect_timeout response_timeout") }
    /^ +active: *(#.*)?$/ { give(index($0, "a") + 1, "timeout") }
    END { if (!has_server) { print "server:"; give_server() } }
    function give_server() { has_server = 1; give(2, "header_timeout idle_timeout body_timeout drain_timeout") }
    function give(indent, keys, i, n, key) {
      n = split(keys, key, " ")
      for (i = 1; i <= n; ++i) printf "%*s%s: 1h\n", indent, "", key[i]
    }
  ' config.yaml >"$build/debug.yaml"
  "$build/glassgate" --check --config "$build/debug.yaml" >/dev/null
}

# gdb is in the foreground and alone there: its Ctrl-C stops the gateway and neither the backends nor this script.
run_debugger() {
  set -m
  gdb -q -x examples/debug.gdb --args "$build/glassgate" --config "$build/debug.yaml"
  local status=$?
  set +m
  return $status
}

require_free_ports || exit 1
trap pass_on INT TERM HUP
trap stop_everything EXIT
start_backends || exit 1
case $mode in
  debug) write_debug_config && run_debugger ;;
  backends) write_debug_config && echo "The backends are there." && wait ;;
  *) run_gateway ;;
esac
