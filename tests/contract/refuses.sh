#!/bin/sh
# refuses.sh PROTOC PLUGIN PROTO_PATH GOOGLE CASES: each CASES/NAME.proto must fail with the words in its first line.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
count=0
for case in "$5"/*.proto; do
	count=$((count + 1))
	want=$(sed -n '1s|^// ||p' "$case")
	if said=$("$1" --proto_path="$3" --proto_path="$4" --proto_path="$5" --plugin=protoc-gen-stralix="$2" \
		--stralix_out="$work" "$(basename "$case")" 2>&1); then
		echo "accepted: $case"
		bad=1
		continue
	fi
	case $said in
	*"$want"*) ;;
	*)
		echo "$case: wanted '$want', got '$said'"
		bad=1
		;;
	esac
done
if [ "$count" -lt 12 ]; then
	echo "only $count cases in $5"
	bad=1
fi
exit $bad
