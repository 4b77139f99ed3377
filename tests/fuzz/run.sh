#!/usr/bin/env bash
# Fuzzes targets, two at a time, and says of each what came of it: make fuzz calls it.
#   tests/fuzz/run.sh BUILD TARGET...      FUZZ_SECONDS each (default 30)
# New inputs are kept in BUILD/corpus/TARGET, for the next run to begin with. The tree is only read.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
export build seconds=${FUZZ_SECONDS:-30}

fuzz_one() {
  local name=$1 log=$build/$1.log dictionary=tests/fuzz/$1.dict
  [[ -e $dictionary ]] || dictionary=tests/fuzz/http.dict  # its own words, or those of HTTP
  mkdir -p "$build/corpus/$name" "$build/found"
  if "$build/${name}_fuzz" -timeout=10 "-dict=$dictionary" "-max_total_time=$seconds" -print_final_stats=1 \
    "-artifact_prefix=$build/found/$name-" "$build/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    printf '%-14s %9s executions, %5s edges: nothing found\n' "$name" \
      "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
      "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)"
    return
  fi
  local input
  input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  grep -E -m 3 'what\(\)|ERROR|runtime error' "$log" || tail -n 5 "$log"
  echo "$name: FOUND ${input:-nothing, but it failed: see $log}"
  if [[ -n $input ]]; then echo "  again: $build/${name}_fuzz $input    the whole story: $log"; fi
  return 1
}
export -f fuzz_one

printf '%s\n' "$@" | xargs -P 2 -I NAME bash -c 'fuzz_one NAME'
