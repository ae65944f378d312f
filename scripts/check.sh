#!/bin/sh
# check.sh: what `make check` runs. Goes through all of it, so that one run tells everything, and fails when any part does.
set -u
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
bin=$(dirname "$python")
failed=

check() {
    # check WHAT COMMAND...: quiet when it holds, all of its output when it does not.
    what=$1; shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s\n' "$what"
    else
        printf 'FAILED  %s\n%s\n' "$what" "$output"
        failed="$failed, $what"
    fi
}

check "style (ruff)" "$bin/ruff" check --output-format concise .
check "format (ruff)" "$bin/ruff" format --check --output-format concise .
check "types (mypy --strict)" "$python" -m mypy
check "layers (import-linter)" "$bin/lint-imports" --no-logo
check "the repository: no machine paths, registry hosts, large files, real data" "$python" scripts/check_repository.py
[ ! -e scripts/docs.py ] || check "generated pages are current" "$python" scripts/docs.py --check
check "the wheel, installed without TensorFlow and run from elsewhere" env PYTHON="$python" scripts/check_wheel.sh
[ -z "$failed" ] || { echo "failed: ${failed#, }" >&2; exit 1; }
