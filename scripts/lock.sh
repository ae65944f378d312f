#!/bin/sh
# Resolves requirements/*.txt again: exact versions with hashes, and no address of any index. `scripts/lock.sh --upgrade` takes newer versions.
# dev.txt is resolved first and holds everything; the others are parts of it, so that all agree on every version.
set -eu
cd "$(dirname "$0")/.."
uv=${AUDITOR_VENV:-.venv}/bin/uv
lock() {
    target=$1; shift
    "$uv" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-config --no-emit-index-url \
        --no-annotate --quiet --custom-compile-command "make lock" --output-file "requirements/$target" "$@"
}
lock dev.txt --extra tensorflow-cpu --extra explain --extra pades --extra pkcs11 --extra tensorboard --group dev --group build "$@"
lock tensorflow-cpu.txt --extra tensorflow-cpu --constraints requirements/dev.txt
lock base.txt --constraints requirements/dev.txt
"$uv" pip compile --group build --universal --python-version 3.11 --generate-hashes --no-config --no-emit-index-url --no-annotate --quiet \
    --custom-compile-command "make lock" --constraints requirements/dev.txt --output-file requirements/build.txt
if grep -n '://' requirements/*.txt; then
    echo "lock.sh: an address got into a lock" >&2
    exit 1
fi
