#!/bin/sh
# bootstrap.sh run|dev: makes .venv fit for `make demo` (run) or for `make test` and `make check` (dev).
#
# Installs what requirements/*.txt lock, by hash, and this project in place. Says what it does; does nothing, and quickly,
# when it is done already. What the system lacks (Pango for the PDF, fonts, python3-venv, Java for the PDF's validation)
# is installed with apt where this user may; else the exact command is printed and, where it cannot do without, it stops.
# AUDITOR_VENV names another folder than .venv; AUDITOR_PYTHON another interpreter than the first fit one of the PATH.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
    run) lock=requirements/tensorflow-cpu.txt ;;
    dev) lock=requirements/dev.txt ;;
    *) echo "bootstrap.sh: '$kind' is neither run nor dev" >&2; exit 2 ;;
esac
venv=${AUDITOR_VENV:-.venv}

say() { printf 'auditor: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
fingerprint() { cat requirements/build.txt "$1" pyproject.toml | sha256sum | cut -d' ' -f1; }

# --- the system's packages ---------------------------------------------------------------------------------------

apt_prefix() {
    # What to put before apt-get: nothing for root, `sudo -n` where it asks no password. Fails where neither will do.
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then return 0; fi
    sudo -n true 2>/dev/null && echo 'sudo -n'
}

install_packages() {
    prefix=$(apt_prefix) || return 1
    say "installing with apt: $*"
    log=$(mktemp)
    # shellcheck disable=SC2086  # the prefix is none, one or two words
    if { $prefix apt-get update && $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
        rm -f "$log"
    else
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
}

missing_packages() {
    # Those of the named Debian packages that are not installed. Where there is no dpkg: nothing can be said of packages.
    command -v dpkg-query >/dev/null || return 0
    for package; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

need_packages() {
    # need_packages WHY PACKAGE...: has them installed, or prints the command and fails.
    why=$1; shift
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086  # one word a package
    install_packages $missing && return 0
    say "$why needs system packages that are missing here, and this user may not install them. Run:"
    say "    sudo apt-get install --no-install-recommends ${missing% }"
    return 1
}

# --- Python ------------------------------------------------------------------------------------------------------

fit() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    for candidate in ${AUDITOR_PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if fit "$candidate"; then command -v "$candidate"; return 0; fi
    done
    return 1
}

make_venv() {
    python=$(find_python) || {
        install_packages python3 python3-venv || stop "no Python 3.11 to 3.13 found. Run: sudo apt-get install python3 python3-venv"
        python=$(find_python) || stop "no Python 3.11 to 3.13 found; name one in AUDITOR_PYTHON"
    }
    say "making $venv with $python"
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages "python$version-venv"; then
        "$python" -m venv "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip "$venv"; then
        # Debian keeps ensurepip in a package of its own; an outer pip (22.3 or newer) can do without it.
        "$python" -m pip --python "$venv/bin/python" install --require-hashes -r requirements/build.txt -q || stop_without_venv
    else
        stop_without_venv
    fi
}

stop_without_venv() {
    rm -rf "$venv"
    stop "this Python can make no virtual environment. Run: sudo apt-get install python$version-venv"
}

install_locked() {
    pip="$venv/bin/python -m pip --no-input --disable-pip-version-check"
    say "installing the packages of $lock (once; a few minutes)"
    rm -f "$venv"/.auditor-*
    # --no-deps: a lock is complete, as pip check confirms. --no-build-isolation: the few packages that come as source are
    # built with the locked tools, not with fetched ones.
    $pip install -q --require-hashes --only-binary :all: -r requirements/build.txt
    $pip install -q --require-hashes --no-deps --no-build-isolation -r "$lock"
    $pip install -q --no-deps --no-build-isolation --no-index --editable .
    $pip check >&2 || stop "the installed packages contradict one another; remove $venv and run this again"
}

# --- in order ----------------------------------------------------------------------------------------------------

stamp=$venv/.auditor-$kind
mark=$(fingerprint "$lock")
current() { [ -x "$venv/bin/python" ] && [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

need_packages "the PDF report" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core || exit 1
if [ "$kind" = dev ]; then
    need_packages "the validation of the PDF in the tests (they are skipped without)" default-jdk-headless libjaxb-java || true
fi

if current "$stamp" "$mark"; then exit 0; fi
if [ "$kind" = run ] && current "$venv/.auditor-dev" "$(fingerprint requirements/dev.txt)"; then exit 0; fi # dev holds all of run
if [ ! -x "$venv/bin/python" ] || ! fit "$venv/bin/python"; then make_venv; fi
install_locked
"$venv/bin/python" - <<'PY' || stop "Pango was not found. Install Pango and HarfBuzz with your system's package manager, then run this again."
import ctypes

for library in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0"):
    ctypes.CDLL(library)
PY
echo "$mark" >"$stamp"
say "$venv is ready"
