# shellcheck shell=bash
# Shared by the scripts: where things are, how they speak. Source it; it starts nothing.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RUN_DIR=${STRALIX_RUN_DIR:-$ROOT/.run}
BUILD_DIR=${STRALIX_BUILD_DIR:-$ROOT/build}
# The run directory's second name: short (socket paths) and reachable even below a home that is 0700.
RUN=/run/stralix-$(printf %s "$RUN_DIR" | sha256sum | cut -c1-8)
export ROOT RUN_DIR BUILD_DIR RUN

# Numeric users of the processes; nobody needs an entry in passwd.
UID_BASE=52000
UID_GATEWAY=$((UID_BASE + 1)) UID_AUTHZ=$((UID_BASE + 2)) UID_SIGNER=$((UID_BASE + 3)) UID_AUDIT=$((UID_BASE + 4))
UID_TASKS=$((UID_BASE + 5)) UID_WEB=$((UID_BASE + 6)) UID_NATS=$((UID_BASE + 7)) UID_FRONT=$((UID_BASE + 8))
UID_LINK=$((UID_BASE + 10)) UID_ACME=$((UID_BASE + 12)) UID_DNS=$((UID_BASE + 13))
export UID_BASE UID_GATEWAY UID_AUTHZ UID_SIGNER UID_AUDIT UID_TASKS UID_WEB UID_NATS UID_FRONT UID_LINK UID_ACME UID_DNS

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
  warn "$(basename "$0"): $*"
  exit 1
}

# step WORDS COMMAND…: one line of progress; the command's output is kept and shown only when it fails.
step() {
  local words=$1 log status began=$EPOCHREALTIME
  shift
  log=$(mktemp)
  printf '  %-46s ' "$words"
  set +e # in a condition bash would ignore -e inside the command as well
  (
    set -e
    "$@"
  ) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    printf 'failed\n'
    tail -n 40 "$log" >&2
    rm -f "$log"
    die "'$words' failed (exit $status)"
  fi
  printf 'ok  %s\n' "$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }')"
  rm -f "$log"
}

# until_true SECONDS WORDS COMMAND…: waits for a condition, with a deadline.
until_true() {
  local deadline=$((SECONDS + $1)) words=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || {
      warn "gave up waiting for: $words"
      return 1
    }
    sleep 0.1
  done
}

# The owner of the checkout builds, whoever runs the script: root leaves no root-owned files in a user's tree.
OWNER=$(stat -c %u "$ROOT")
as_owner() {
  if [ "$(id -u)" -eq 0 ] && [ "$OWNER" -ne 0 ]; then
    setpriv --reuid "$OWNER" --regid "$(stat -c %g "$ROOT")" --init-groups env HOME="$(getent passwd "$OWNER" | cut -d: -f6)" "$@"
  else
    "$@"
  fi
}

# Scripts that need root run themselves again by sudo.
need_root() {
  [ "$(id -u)" -eq 0 ] && return
  command -v sudo >/dev/null || die "run it as root, or install sudo"
  exec sudo STRALIX_RUN_DIR="$RUN_DIR" STRALIX_BUILD_DIR="$BUILD_DIR" "$0" "$@"
}
