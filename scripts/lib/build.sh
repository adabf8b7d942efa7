# shellcheck shell=bash
# Builds: the C programs with Meson, the UI with npm; each only when something changed.

build_c() {
  [ -f "$BUILD_DIR/build.ninja" ] || as_owner meson setup "$BUILD_DIR" "$ROOT" "$@"
  as_owner ninja -C "$BUILD_DIR"
}

ui_stamp() { (cd "$ROOT/ui" && find . -path ./node_modules -prune -o -path ./.next -prune -o -path ./out -prune -o -type f -print0 |
  sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1); }

ui_packages() {
  local stamp=$ROOT/ui/node_modules/.stralix lock
  lock=$(sha256sum "$ROOT/ui/package-lock.json" | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null)" = "$lock" ] && return
  (cd "$ROOT/ui" && as_owner npm ci --ignore-scripts --no-audit --no-fund)
  printf '%s\n' "$lock" | as_owner tee "$stamp" >/dev/null
}

build_ui() {
  local stamp=$ROOT/ui/out/.stralix now
  now=$(ui_stamp)
  [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && return
  ui_packages
  (cd "$ROOT/ui" && as_owner env NEXT_TELEMETRY_DISABLED=1 npm run build)
  printf '%s\n' "$now" | as_owner tee "$stamp" >/dev/null
}
