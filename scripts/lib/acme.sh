# shellcheck shell=bash
# The demo's certificate authority (pebble), who tells where names point (pebble-challtestsrv), the resolver that asks it and the
# nodes' name servers, and the door that the authority's looks come in by.
# Sourced by inside, whose supervise it uses.

# pebble brings no certificate for its API. What it issues comes from a root that is new at every start.
acme_identity() {
  local dir=acme/api
  mkdir -p acme/api acme/door/tmp acme/door/log
  if [ ! -s $dir/ca.crt ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=demo ACME API' \
      -addext 'basicConstraints=critical,CA:TRUE' -keyout $dir/ca.key -out $dir/ca.new
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout $dir/tls.key -out $dir/tls.csr
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >$dir/tls.ext
    openssl x509 -req -in $dir/tls.csr -CA $dir/ca.new -CAkey $dir/ca.key -CAcreateserial -days 3650 -extfile $dir/tls.ext \
      -out $dir/tls.crt
    mv $dir/ca.new $dir/ca.crt
  fi
  chmod 700 acme/api
  install -m 644 $dir/ca.crt acme/ca.crt
  [ -e acme/roots.crt ] || install -m 644 /dev/null acme/roots.crt
  jq -n --arg dir "$RUN/$dir" --argjson port "$ACME_PORT" --argjson manage "$ACME_MANAGE_PORT" --argjson http "$ACME_HTTP_PORT" '
    {pebble: {listenAddress: "127.0.0.1:\($port)", managementListenAddress: "127.0.0.1:\($manage)",
      certificate: ($dir + "/tls.crt"), privateKey: ($dir + "/tls.key"), httpPort: $http, tlsPort: $http, ocspResponderURL: "",
      externalAccountBindingRequired: false, certificateValidityPeriod: 7776000}}' >acme/pebble.json
  chown -R "$UID_ACME:$UID_ACME" acme
}

acme_door() {
  local i port nodes=''
  for i in $(seq "$1"); do
    port=SITES_HTTP_PORT_$i
    nodes="$nodes server 127.0.0.1:${!port} max_fails=0;"
  done
  sed -e "s|@PREFIX@|$RUN/acme/door|g" -e "s|@PORT@|$ACME_HTTP_PORT|g" -e "s|@NODES@|$nodes|" \
    "$ROOT/infrastructure/acme/door.conf" >acme/door/nginx.conf
}

acme_resolver() {
  local i port ports=''
  for i in $(seq "$1"); do
    port=DNS_PORT_$i
    ports="$ports ${!port}"
  done
  supervise resolver "$UID_ACME" "$(command -v node) $RUN/share/infrastructure/acme/resolver.mjs $RESOLVER_PORT $NAMES_PORT$ports"
}

acme_supervise() { # acme_supervise NODES
  local environment="PEBBLE_WFE_NONCEREJECT=${PEBBLE_WFE_NONCEREJECT:-20}"
  [ -z "${PEBBLE_VA_NOSLEEP:-}" ] || environment="$environment PEBBLE_VA_NOSLEEP=1"
  [ -z "${PEBBLE_VA_SLEEPTIME:-}" ] || environment="$environment PEBBLE_VA_SLEEPTIME=$PEBBLE_VA_SLEEPTIME"
  [ -z "${PEBBLE_AUTHZREUSE:-}" ] || environment="$environment PEBBLE_AUTHZREUSE=$PEBBLE_AUTHZREUSE"
  acme_identity
  acme_door "$1"
  cat >acme/run <<TEXT
#!/bin/sh
# Starts pebble; its root, once it has made one, becomes acme/roots.crt.
(
  n=0
  until curl -sf --cacert $RUN/acme/ca.crt -o $RUN/acme/roots.new https://127.0.0.1:$ACME_MANAGE_PORT/roots/0; do
    n=\$((n + 1))
    [ \$n -lt 300 ] || exit 1
    sleep 0.1
  done
  mv $RUN/acme/roots.new $RUN/acme/roots.crt
) &
exec pebble -config $RUN/acme/pebble.json -strict -dnsserver 127.0.0.1:$RESOLVER_PORT
TEXT
  chmod 755 acme/run
  supervise pebble "$UID_ACME" "env $environment $RUN/acme/run"
  supervise names "$UID_ACME" "pebble-challtestsrv -dns01 127.0.0.1:$NAMES_PORT -management 127.0.0.1:$NAMES_MANAGE_PORT -http01 '' -https01 '' -tlsalpn01 '' -defaultIPv4 127.0.0.1 -defaultIPv6 ''"
  supervise door "$UID_ACME" "/usr/sbin/nginx -p $RUN/acme/door/ -e $RUN/acme/door/log/error.log -c $RUN/acme/door/nginx.conf"
  acme_resolver "$1"
}
