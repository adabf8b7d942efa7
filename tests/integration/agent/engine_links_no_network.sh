#!/bin/sh
# The engine holds no bus, TLS, JSON or HTTP code: neither as a shared library nor in an archive that it is made of.
# usage: engine_links_no_network.sh ENGINE ARCHIVE...
set -eu
engine=${1:?usage: $0 ENGINE ARCHIVE...}
shift
n=0
bad=0

check() { # NAME TEXT: fails when the text has a forbidden word
	n=$((n + 1))
	if found=$(printf '%s\n' "$2" | grep -E -i 'nats|libssl|SSL_|libcrypto|EVP_|json_|jansson|curl|microhttpd|PQexec'); then
		echo "not ok $n - $1"
		printf '%s\n' "$found" | head -5 | sed 's/^/# /'
		bad=1
	else
		echo "ok $n - $1"
	fi
}

echo "1..$((2 + $#))"
libraries=$(ldd "$engine")
check "shared libraries of the engine" "$libraries"
symbols=$(nm -D --undefined-only "$engine")
check "symbols that the engine takes from them" "$symbols"
for archive; do
	symbols=$(nm --undefined-only "$archive")
	check "$(basename "$archive")" "$symbols"
done
exit $bad
