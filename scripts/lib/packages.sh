# shellcheck shell=bash
# Debian packages: installs what is missing, without letting apt start or enable any daemon of the system.

PACKAGES_BUILD=(gcc meson ninja-build pkg-config protobuf-compiler protobuf-c-compiler libprotobuf-dev libprotoc-dev
  libprotobuf-c-dev libnats-dev libssl-dev libpq-dev libyaml-dev libcmocka-dev libmicrohttpd-dev libjansson-dev
  libsodium-dev libcurl4-openssl-dev libsqlite3-dev libidn2-dev libpsl-dev)
PACKAGES_RUN=(nats-server nginx-light php8.2-fpm postgresql s6 curl jq iproute2 util-linux psmisc ca-certificates procps
  openssl pebble pdns-server pdns-backend-sqlite3 bind9-dnsutils)
PACKAGES_TEST=(chromium sqlite3 faketime ddclient lego)
PACKAGES_CHECK=(clang clang-tidy clang-format libclang-rt-14-dev shellcheck)

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

# nginx comes in three flavours; any of them will do.
have_package() {
  installed "$1" || { [ "$1" = nginx-light ] && [ -x /usr/sbin/nginx ]; }
}

packages_install() {
  local missing=() name policy=/usr/sbin/policy-rc.d made=
  for name in "$@"; do
    have_package "$name" || missing+=("$name")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=1
  fi
  local status=0
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } ||
    status=$?
  [ -z "$made" ] || rm -f "$policy"
  return "$status"
}
