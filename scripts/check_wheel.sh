#!/bin/sh
# check_wheel.sh: the wheel as a stranger meets it: built, installed into a new environment with the locked base packages
# (no TensorFlow), run from another folder where no checkout is near.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM

"$python" -m hatchling build --target wheel --directory "$folder" >/dev/null
"$python" -m venv --without-pip "$folder/venv"
"$python" -m pip --python "$folder/venv/bin/python" install -q --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements/base.txt
"$python" -m pip --python "$folder/venv/bin/python" install -q --disable-pip-version-check --no-deps --no-index "$folder"/auditor-*.whl
"$python" -m pip --python "$folder/venv/bin/python" check
cd "$folder"
if venv/bin/python -c 'import tensorflow' 2>/dev/null; then
    echo "the base packages bring TensorFlow" >&2
    exit 1
fi
venv/bin/auditor --help
venv/bin/auditor policy lint baseline
