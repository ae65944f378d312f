#!/bin/sh
# audit.sh [EXAMPLE...]: audits examples (all, when none is named), each into the next free folder reports/EXAMPLE-N (REPORT-N, if named).
# Ends well when every audit came to a verdict, whatever the verdict is: the credit book, for one, has a bias that must be found.
set -u
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
[ $# -gt 0 ] || set -- $(for file in examples/*/audit.yaml; do basename "$(dirname "$file")"; done)

next_folder() {
    number=1
    while [ -e "reports/$1-$number" ]; do number=$((number + 1)); done
    echo "reports/$1-$number"
}

find_data() {
    # Only examples of real data name the variable; examples/fetch.py says where they are, or fetches them.
    grep -qF "AUDITOR_DATA" "examples/$1/dataset.yaml" || return 0
    [ -n "${AUDITOR_DATA:-}" ] || AUDITOR_DATA=$("$python" -m examples.fetch) || return 1
    export AUDITOR_DATA
}

failed=
for example; do
    echo "== $example"
    if ! find_data "$example"; then
        echo "$example: its data were not found and could not be fetched; name their folder in AUDITOR_DATA" >&2
        failed="$failed $example"
        continue
    fi
    out=$(next_folder "${REPORT:-$example}")
    "$python" -m auditor run "examples/$example/audit.yaml" --out "$out"
    status=$?
    # 0 and 1 are verdicts; anything else is something that went wrong.
    [ $status -le 1 ] || failed="$failed $example"
done
[ -z "$failed" ] || { echo "no verdict:$failed" >&2; exit 1; }
