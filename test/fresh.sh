#!/usr/bin/env bash
# Proves README's two lines where nothing is prepared: a clone of HEAD in an empty folder, an empty environment, an
# empty HOME and an empty npm cache.
#
#   test/fresh.sh start   npm ci && npm start, a message answered in the window it serves, SIGTERM
#   test/fresh.sh test    npm ci && npm test
#   test/fresh.sh         both, one after the other
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
part=${1:-all}
work=$(mktemp -d)
gateway=''
job=''

clean_up() {
  if [ -n "$gateway" ]; then kill -KILL "$gateway" 2>/dev/null || true; fi
  if [ -n "$job" ]; then kill -KILL "$job" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  echo "fresh: $1" >&2
  if [ -f "$work/log" ]; then tail -n 40 "$work/log" >&2; fi
  exit 1
}

# The PATH without this checkout's own tools: `npm run` puts them there.
bare_path=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/' | paste -sd: -)

# README is the promise: its line is what is run, alone in its own clone.
run_line() {
  grep -qxF "$1" "$repository/README.md" || fail "README does not say \"$1\"."
  rm -rf "$work/clone" "$work/home" "$work/cache"
  mkdir "$work/home" "$work/cache"
  git clone -q --no-local "$repository" "$work/clone"
  cd "$work/clone"
  exec env -i PATH="$bare_path" HOME="$work/home" npm_config_cache="$work/cache" bash -c "$1"
}

# Waits until a command succeeds, while the started line is still running.
until_running() {
  local tries=$1
  shift
  until "$@"; do
    kill -0 "$job" 2>/dev/null || fail 'it ended by itself.'
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail 'it took too long.'
    sleep 0.5
  done
}

start() {
  (run_line 'npm ci && npm start') >"$work/log" 2>&1 &
  job=$!
  until_running 600 grep -qE 'http://127\.0\.0\.1:[0-9]+/' "$work/log"
  local data="$work/home/.config/Porchlight/gateway"
  local node="$work/clone/node_modules/.bin/node"
  gateway=$("$node" -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).pid' "$data/owner.json")
  local url
  url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+/' "$work/log" | head -n 1)
  (cd "$work/clone" && "$node" test/run/window-answers.ts "$url" "$data/token") || fail 'the window does not answer.'
  kill -TERM "$gateway"
  local code=0
  wait "$job" || code=$?
  job=''
  gateway=''
  [ "$code" -eq 0 ] || fail "SIGTERM ended it with $code instead of 0."
  echo 'fresh: npm ci && npm start gave a window that answers, and ended when asked'
}

test_all() {
  (run_line 'npm ci && npm test') || fail 'npm ci && npm test failed.'
  echo 'fresh: npm ci && npm test passed'
}

case "$part" in
  start) start ;;
  test) test_all ;;
  all)
    start
    test_all
    ;;
  *) fail "say start, test or nothing, not \"$part\"." ;;
esac
