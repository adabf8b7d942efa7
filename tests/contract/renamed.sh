#!/bin/sh
# renamed.sh PROTOC PLUGIN PROTO_PATH GOOGLE OPENAPI: a field renamed in a .proto is renamed in openapi.json.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$3/stralix" "$work/stralix"
mkdir "$work/out" "$work/out/stralix" "$work/out/stralix/v1"
sed -i 's/string display_domain = 3;/string shown_domain = 3;/' "$work/stralix/v1/web.proto"
(cd "$work" && "$1" --proto_path=. --proto_path="$4" --plugin=protoc-gen-stralix="$2" --stralix_out=out stralix/v1/*.proto)
grep -q '"displayDomain"' "$5"
grep -q '"shownDomain"' "$work/out/stralix/v1/openapi.json"
if grep -q '"displayDomain"' "$work/out/stralix/v1/openapi.json"; then
	echo "the old name is still there"
	exit 1
fi
