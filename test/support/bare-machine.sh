#!/bin/sh
# Installs wscap on a bare machine and says what works there: without libpcap's headers, with them, with tcpdump only.
# The machine is a folder made by debootstrap, entered with chroot; its network is this machine's, its captures are made in
# a namespace of their own. Node and npm are copied in. Needs root, git and debootstrap.
#   debootstrap --variant=minbase --include=ca-certificates bookworm ROOT && test/support/bare-machine.sh ROOT
set -u
[ $# = 1 ] && [ -x "$1/bin/sh" ] || { echo "usage: $0 ROOT (a folder made by debootstrap)" >&2; exit 2; }
root=$(readlink -f "$1")
project=$(cd "$(dirname "$0")/../.." && pwd)
namespace=wscap-bare-$$

mount --bind /proc "$root/proc" && mount --bind /dev "$root/dev" && mount --bind /dev/pts "$root/dev/pts" || exit 1
ip netns add "$namespace" && ip -n "$namespace" link set lo up || exit 1
clean_up() {
  ip netns pids "$namespace" | xargs -r kill -9
  ip netns del "$namespace"
  umount "$root/dev/pts" "$root/dev" "$root/proc"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt TERM=xterm NO_COLOR=1 DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
captured() { ip netns exec "$namespace" chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root NO_COLOR=1 LC_ALL=C.UTF-8 "$@"; }
say() { printf '%s\n' "$*"; }

copy_in() {
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  # Whom this machine trusts: a proxy's certificate may be among them.
  mkdir -p "$root/etc/ssl/certs" && cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  cp -L "$(command -v node)" "$root/usr/bin/node"
  npm_folder=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  mkdir -p "$root/usr/lib/node_modules"
  rm -rf "$root/usr/lib/node_modules/npm" && cp -r "$npm_folder" "$root/usr/lib/node_modules/npm"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
  # node-gyp takes Node's headers from beside Node.
  headers=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node
  [ -d "$headers" ] && mkdir -p "$root/usr/include" && cp -r "$headers" "$root/usr/include/node"
}

fresh_project() {
  rm -rf "$root/wscap" && mkdir "$root/wscap"
  git -C "$project" archive HEAD | tar -x -C "$root/wscap"
}

# A live run while a real WebSocket comes and goes in the namespace.
live() {
  captured sh -c 'cd /wscap && node dist/main.js live --duration 6 --format text > /tmp/live.out 2> /tmp/live.err; echo "exit $?" >> /tmp/live.err' &
  run=$!
  sleep 3
  captured sh -c 'cd /wscap && sleep 2 | node test/support/live-peer.mjs drop > /dev/null 2>&1'
  wait "$run"
  sed 's/^/    /' "$root/tmp/live.err"
  grep -a -m3 -E 'no-close-frame|WebSocket' "$root/tmp/live.out" | sed 's/^/    /'
}

state() {
  say "== $1"
  fresh_project
  inside sh -c 'cd /wscap && npm_config_nodedir=/usr npm ci --no-audit --no-fund > /tmp/ci.out 2>&1; echo "  npm ci: exit $?"; [ -d dist ] || tail -n 5 /tmp/ci.out'
  inside sh -c 'cd /wscap && timeout 20 npm start < /dev/null 2>&1 | tail -n 3; node -e "require(\"cap\")" 2>/dev/null && echo "  cap: built" || echo "  cap: not there"'
  say "  wscap doctor:"
  captured sh -c 'cd /wscap && node dist/main.js doctor; echo "exit $?"' | grep -a -E 'capture|tcpdump|dumpcap|cap |→|exit' | sed 's/^/    /'
  say "  wscap live:"
  live
}

copy_in
inside sh -c '. /etc/os-release; echo "$PRETTY_NAME, $(uname -m), node $(node --version), npm $(npm --version)"'
inside apt-get update -qq
inside sh -c 'apt-get purge -y -qq tcpdump libpcap-dev build-essential wireshark-common python3 >/dev/null 2>&1; apt-get autoremove -y -qq >/dev/null 2>&1'
state "no libpcap headers, no compiler, no tcpdump"
inside apt-get install -y -qq --no-install-recommends tcpdump >/dev/null 2>&1
state "tcpdump only"
inside apt-get purge -y -qq tcpdump >/dev/null 2>&1
inside apt-get install -y -qq --no-install-recommends libpcap-dev build-essential python3 >/dev/null 2>&1
state "libpcap's headers and a compiler, no tcpdump"
