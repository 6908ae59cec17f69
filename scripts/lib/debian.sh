# shellcheck shell=bash
# Debian's packages as a source of Python, without installing anything on the machine: for networks where
# Debian's and PyPI's mirrors are all that can be reached. Sourced by setup.sh, whose OCPP_DEV it uses.

# A release that has Python 3.14. By name first, as what "testing" means changes with the next release.
DEBIAN_SUITES="forky testing"

# _own_apt ARGS...: the machine's sources, with lists and cache of our own (a container often has no lists).
_own_apt() {
  local dir="$OCPP_DEV/apt/own"
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  apt-get -q -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User="" "$@"
}

# _newer OPTIONS COMMAND...: a newer release alone. None of the machine's sources, preferences or
# installed packages are looked at, so that neither can replace anything in the other.
_newer() {
  local dir="$OCPP_DEV/apt/newer" command=$1
  shift
  "$command" -q -o Dir::Etc::sourcelist="$dir/debian.sources" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o APT::Default-Release="" \
    -o Dir::State::Lists="$dir/lists" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
    -o APT::Sandbox::User="" -o Acquire::Languages=none "$@"
}

# The archives that the machine itself uses, from whatever format its sources have.
_debian_mirrors() {
  apt-get --print-uris update 2>/dev/null |
    sed -n "s/^'\(.*\)dists\/[^ ]*InRelease' .*/\1/p" | grep -v -- '-security' | awk '!seen[$0]++'
}

# _use_release MIRROR SUITE [FIELD]: reads that release's package lists; FIELD says how its signature is checked.
_use_release() {
  local dir="$OCPP_DEV/apt/newer"
  rm -rf "$dir"
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  : >"$dir/status"
  # Mirrors that keep one day's state, as companies and laboratories have, serve release files whose term has
  # ended; the signature counts all the same.
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nCheck-Valid-Until: no\n%s\n' "$1" "$2" "${3:-}" \
    >"$dir/debian.sources"
  # apt-get only warns about a release that it could not verify or reach; what counts is whether it knows the package.
  _newer apt-get update && _newer apt-cache show python3.14 >/dev/null
}

# Sets KEYRING: the archive's keys, the newest that this machine's own (verified) sources offer.
_newest_keyring() {
  local dir="$OCPP_DEV/apt/keyring"
  rm -rf "$dir"
  mkdir -p "$dir"
  _own_apt update || return 1
  (cd "$dir" && _own_apt download debian-archive-keyring && dpkg -x debian-archive-keyring_*.deb .) || return 1
  for KEYRING in "$dir"/usr/share/keyrings/debian-archive-keyring.gpg "$dir"/usr/share/keyrings/debian-archive-keyring.pgp; do
    [ -f "$KEYRING" ] && return 0
  done
  return 1
}

# Finds a release with Python 3.14 on the machine's mirrors, verified if there is any way to.
_find_release() {
  local mirror suite keyring
  : >"$OCPP_DEV/log/release.log"
  for keyring in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp newest; do
    if [ "$keyring" = newest ]; then
      logged keyring _newest_keyring || continue
      keyring=$KEYRING
    fi
    [ -f "$keyring" ] || continue
    for mirror in $(_debian_mirrors); do
      for suite in $DEBIAN_SUITES; do
        _use_release "$mirror" "$suite" "Signed-By: $keyring" >>"$OCPP_DEV/log/release.log" 2>&1 && return 0
      done
    done
  done
  for mirror in $(_debian_mirrors); do
    for suite in $DEBIAN_SUITES; do
      if _use_release "$mirror" "$suite" "Trusted: yes" >>"$OCPP_DEV/log/release.log" 2>&1; then
        say "WARNING: no key on this machine verifies the release '$suite'; using it unverified"
        return 0
      fi
    done
  done
  say "none of this machine's apt sources has a release with Python 3.14 (.dev/log/release.log)"
  return 1
}

# What Python needs at run time, found by following its dependencies: library names change with their versions.
# Left out are Debian's ways of configuring a system and data that any system has.
_python_packages() {
  _newer apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances python3.14 libpython3.14 libstdc++6 |
    grep '^[a-z]' | grep -v -E '^(c?debconf.*|libdebian-.*|libnewt.*|libslang.*|libtextwrap.*|media-types|netbase|tzdata|.*-base)$'
  # The headers, without the C library's: programs are compiled against the machine's own.
  echo libpython3.14-dev python3.14-dev patchelf
}

# Runs the patchelf that came along, which needs the newer libraries as well.
_patch_python() {
  logged patchelf "$loader" --library-path "$prefix/usr/lib/$triplet" "$prefix/usr/bin/patchelf" \
    "$@" "$prefix/usr/bin/python3.14"
}

# A Python of its own below .dev/python/debian, with every library that it needs, the C library included.
debian_python() {
  local prefix="$OCPP_DEV/python/debian" debs="$OCPP_DEV/apt/debs" triplet loader deb
  command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || return 1
  mkdir -p "$OCPP_DEV/log"
  case $(dpkg --print-architecture) in
    amd64) triplet=x86_64-linux-gnu ;;
    arm64) triplet=aarch64-linux-gnu ;;
    *) say "Debian's Python is set up for amd64 and arm64 only" && return 1 ;;
  esac
  _find_release || return 1

  rm -rf "$prefix" "$debs"
  mkdir -p "$prefix" "$debs"
  # shellcheck disable=SC2046 # a list of package names
  (cd "$debs" && logged debs _newer apt-get download $(_python_packages)) || return 1
  # Older releases' packages may still hold /lib; one tree, as on a merged system.
  mkdir -p "$prefix/usr/lib" && ln -s usr/lib "$prefix/lib"
  for deb in "$debs"/*.deb; do
    logged unpack dpkg -x "$deb" "$prefix" || return 1
  done
  rm -rf "$debs"

  for loader in "$prefix/usr/lib/$triplet"/ld-linux-*.so.*; do :; done
  # DT_RPATH instead of the usual DT_RUNPATH, because only that also holds for what the libraries and extension
  # modules load. One change at a time and in this order: patchelf 0.18 makes a broken file of both at once.
  _patch_python --force-rpath --set-rpath "$prefix/usr/lib/$triplet" &&
    _patch_python --set-interpreter "$loader"
}

# Sets DEBIAN_PIP to a pip that runs without being installed: Debian splits pip and venv off its python3.
debian_pip() {
  local dir="$OCPP_DEV/apt/pip" wheel
  command -v apt-get >/dev/null 2>&1 || return 1
  rm -rf "$dir"
  mkdir -p "$dir"
  _own_apt update || return 1
  (cd "$dir" && _own_apt download python3-pip-whl && dpkg -x python3-pip-whl_*.deb .) || return 1
  for wheel in "$dir"/usr/share/python-wheels/pip-*.whl; do
    # shellcheck disable=SC2034 # for setup.sh
    [ -f "$wheel" ] && DEBIAN_PIP="$wheel/pip" && return 0
  done
  return 1
}
