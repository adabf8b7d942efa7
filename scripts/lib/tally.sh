# shellcheck shell=bash
# Counts tests, whoever ran them, and keeps what is to be said of those that failed.

PASSED=0 FAILED=0 SKIPPED=0 FAILURES=

tally() { # tally PASSED FAILED SKIPPED
  PASSED=$((PASSED + $1)) FAILED=$((FAILED + $2)) SKIPPED=$((SKIPPED + $3))
}

failures() { # failures TEXT: lines on what failed, said again at the end
  [ -z "$1" ] || FAILURES+=$1$'\n'
}

# The cases inside Meson's tests: each TAP line counts; a program without TAP, or one that broke off, counts once.
tally_meson() { # tally_meson BUILD
  local counts
  counts=$(jq -rs '
    [.[] | (.stdout // "") as $out | ([$out | split("\n")[] | select(test("^(not )?ok [0-9]"))]) as $cases |
      (($cases[] | if startswith("not ok") then "f" elif test("# SKIP"; "i") then "s" else "p" end),
       (if ($cases | length) == 0 then (if .result == "OK" then "p" elif .result == "SKIP" then "s" else "f" end)
        elif .result != "OK" and ([$cases[] | select(startswith("not ok"))] | length) == 0 then "f" else empty end))]
    | "\([.[] | select(. == "p")] | length) \([.[] | select(. == "f")] | length) \([.[] | select(. == "s")] | length)"' \
    "$1/meson-logs/testlog.json")
  # shellcheck disable=SC2086
  tally $counts
  failures "$(jq -r 'select(.result != "OK" and .result != "SKIP") | .name as $name | .result as $result |
    [(.stdout // "") | split("\n")[] | select(startswith("not ok"))] | if length == 0 then "\($name): \($result)" else "\($name): \(.[])" end' \
    "$1/meson-logs/testlog.json")"
}

tally_tap() { # tally_tap FILE: top-level and nested cases of node's TAP reporter, leaves only; one that broke off has failed
  local counts
  if ! grep -q '^# pass ' "$1"; then
    tally 0 1 0
    failures "$1: broke off"
    return
  fi
  counts=$(awk '/^# pass /{p=$3} /^# fail /{f=$3} /^# cancelled /{f+=$3} /^# skipped /{s=$3} END{print p+0, f+0, s+0}' "$1")
  # shellcheck disable=SC2086
  tally $counts
  failures "$(awk '
    /^ *not ok /{name=$0; sub(/^ */, "", name); said=""; next}
    name != "" && /^ *error: /{reading=1; sub(/^ *error: *(\|-)?/, "")}
    reading && /^ *(code|name|stack|expected|\.\.\.)/{print name ":" substr(said, 1, 400); name=""; reading=0}
    reading{gsub(/^ +| +$/, ""); if ($0 != "") said=said " " $0}' "$1")"
}

tally_words() { # tally_words FILE: a last line of the form "N passed, N failed[, N skipped]"
  local line
  line=$(grep -Eo '[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?' "$1" | tail -n 1)
  if [ -z "$line" ]; then
    tally 0 1 0
  else
    # shellcheck disable=SC2046
    tally $(printf '%s' "$line" | tr -cs '0-9' ' ' | awk '{print $1, $2, $3 + 0}')
  fi
  failures "$(grep '^FAIL ' "$1" | cut -c -900 || true)"
}
