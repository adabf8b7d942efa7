#!/bin/sh
# The engine holds no bus, TLS, JSON or HTTP code: neither as a shared library nor in an archive that it is made of.
# usage: engine_links_no_network.sh ENGINE ARCHIVE...
set -eu
engine=${1:?usage: $0 ENGINE ARCHIVE...}
shift
n=0

check() { # NAME: fails when standard input has a forbidden word
	n=$((n + 1))
	if found=$(grep -E -i 'nats|libssl|SSL_|libcrypto|EVP_|json_|jansson|curl|microhttpd|PQexec'); then
		echo "not ok $n - $1"
		echo "$found" | head -5 | sed 's/^/# /'
		bad=1
	else
		echo "ok $n - $1"
	fi
}

bad=0
echo "1..$((2 + $#))"
ldd "$engine" | check "shared libraries of the engine"
nm -D --undefined-only "$engine" | check "symbols that the engine takes from them"
for archive; do
	nm --undefined-only "$archive" 2>/dev/null | check "$(basename "$archive")"
done
exit $bad
