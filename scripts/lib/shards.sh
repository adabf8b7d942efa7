# shellcheck shell=bash
# Test files dealt out to several panels: most of them wait most of the time, so that panels beside each other end sooner.
# Each panel takes the next file that none has taken, until there is none.

shard_dir() { printf '%s/.run-%s-%s' "$ROOT" "$1" "$2"; } # shard_dir NAME I

shards_up() { # shards_up NAME N FLAG…: false when one doesn't come up
  local name=$1 n=$2 i
  shift 2
  for ((i = 1; i <= n; i++)); do
    STRALIX_RUN_DIR=$(shard_dir "$name" "$i") "$ROOT/scripts/up" --detach --reset "$@" || return 1
  done
}

shards_down() { # shards_down NAME N
  local i
  for ((i = 1; i <= $2; i++)); do
    STRALIX_RUN_DIR=$(shard_dir "$1" "$i") "$ROOT/scripts/down" --erase || tally 0 1 0
  done
}

# What a file said is shown whole, once it has ended.
shard_work() { # shard_work RUN_DIR TAKEN FILE…
  local taken=$2 file mine
  export STRALIX_RUN_DIR=$1
  shift 2
  for file in "$@"; do
    mine=$taken/$(basename "$file")
    mkdir "$mine" 2>/dev/null || continue
    NODE_EXTRA_CA_CERTS=$STRALIX_RUN_DIR/pki/ca.crt node --test --test-concurrency=1 --test-reporter=tap "$file" >"$mine/tap" 2>&1 || true
    flock "$taken" cat "$mine/tap"
  done
}

# Runs files on the panels NAME-1 … NAME-N and counts what they say. Named first, and again by a pattern: those that take long.
shards_run() { # shards_run NAME N FILE…
  local name=$1 n=$2 taken tap file i workers=()
  shift 2
  taken=$(mktemp -d)
  for ((i = 1; i <= n; i++)); do
    shard_work "$(shard_dir "$name" "$i")" "$taken" "$@" &
    workers+=($!)
  done
  wait "${workers[@]}" || true # what a worker left undone is seen below
  for file in "$@"; do
    [ -e "$taken/$(basename "$file")/tap" ] || {
      tally 0 1 0
      failures "$file: not run"
    }
  done
  for tap in "$taken"/*/tap; do
    tally_tap "$tap"
  done
  rm -rf "$taken"
}
