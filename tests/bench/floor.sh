#!/usr/bin/env bash
# floor.sh VHOSTS RUNS: runs floor.c against a bare nginx that serves VHOSTS names already; prints the median in ms.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vhosts=$1 runs=$2 port=${PORT:-17080}
work=$(mktemp -d)
pid=
# shellcheck disable=SC2317
finish() {
  [ -z "$pid" ] || { kill -TERM "$pid" 2>/dev/null && tail --pid="$pid" -f /dev/null; }
  rm -rf "$work"
}
trap finish EXIT
chmod 755 "$work"
mkdir "$work/v" "$work/www"
cc -O2 -D_GNU_SOURCE -o "$work/floor" "$here/floor.c"
cat >"$work/nginx.conf" <<CONF
user www-data; worker_processes auto; pid $work/nginx.pid; error_log $work/err.log;
events { worker_connections 1024; }
http {
  access_log off; server_names_hash_max_size 32768; server_names_hash_bucket_size 128;
  server { listen 127.0.0.1:$port default_server; return 404; }
  include $work/v/*.conf;
}
CONF
for i in $(seq "$vhosts"); do
  host=old$i.example.com
  printf 'server { listen 127.0.0.1:%s; server_name %s; root %s; location / { default_type text/plain; return 200 "%s\n"; } }\n' "$port" "$host" "$work/www" "$host" >"$work/v/$host.conf"
done
nginx -c "$work/nginx.conf"
until pid=$(cat "$work/nginx.pid" 2>/dev/null) && [ -n "$pid" ]; do :; done
"$work/floor" "$work" "$port" "$runs"
