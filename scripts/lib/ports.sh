# shellcheck shell=bash
# Ports: chosen free once, kept in ports.env, chosen anew only when somebody else sits on one.

port_free() { [ -z "$(ss -Htuln "sport = :$1")" ]; }

# port NAME PREFERRED: sets NAME, from ports.env when still free.
port() {
  local name=$1 want=${!1:-$2} try
  for try in "$want" $(shuf -i 20000-29999 -n 50); do
    case " ${taken:-} " in *" $try "*) continue ;; esac
    port_free "$try" || continue
    taken="${taken:-} $try"
    printf -v "$name" %s "$try"
    printf '%s=%s\n' "$name" "$try" >>"$RUN_DIR/ports.env.new"
    return
  done
  die "no free port for $name"
}

ports_choose() {
  local nodes=$1 i
  # shellcheck disable=SC1091
  [ ! -f "$RUN_DIR/ports.env" ] || . "$RUN_DIR/ports.env"
  : >"$RUN_DIR/ports.env.new"
  port PANEL_PORT 8443
  port GATEWAY_PORT 8081
  port NATS_PORT 4222
  port PG_PORT 5432
  port ACME_PORT 14000
  port ACME_MANAGE_PORT 15000
  port ACME_HTTP_PORT 5002
  port NAMES_PORT 8053
  port NAMES_MANAGE_PORT 8055
  port RESOLVER_PORT 8056
  for i in $(seq "$nodes"); do
    port "SITES_HTTP_PORT_$i" $((8079 + i))
    port "SITES_HTTPS_PORT_$i" $((8449 + i))
    port "DNS_PORT_$i" $((5352 + i))
    port "DNS_API_PORT_$i" $((8180 + i))
  done
  mv "$RUN_DIR/ports.env.new" "$RUN_DIR/ports.env"
}
