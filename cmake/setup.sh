# Sourced by ./start and ./check, from the top of the tree: steps with logs, the packages that a step needs.
# shellcheck shell=bash

build_packages=(
	gcc cmake ninja-build pkg-config libc6-dev libwebsockets-dev libwebsockets-evlib-ev libev-dev
	libmongoc-dev libsqlite3-dev libjansson-dev libssl-dev libpcre2-dev libunistring-dev uthash-dev
	libhiredis-dev libjwt-dev
)

has_node() {
	local version
	command -v npm >/dev/null && version=$(node --version 2>/dev/null) || return 1
	version=${version#v}
	[ "${version%%.*}" -ge 18 ]
}

has_node || build_packages+=(nodejs npm)

say() {
	printf '%s: %s\n' "${0##*/}" "$*"
}

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# step LOG WHAT COMMAND...: says what it does, keeps the output in build/LOG, shows its end if it fails.
step() {
	local log=build/$1 what=$2
	shift 2
	say "$what"
	mkdir -p build
	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 30 "$log" >&2
		fail "$what: that failed; all of it is in $log"
	fi
}

apt_install() {
	local as_root=(env DEBIAN_FRONTEND=noninteractive)
	[ "$(id -u)" = 0 ] || as_root=(sudo "${as_root[@]}")
	"${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y --no-install-recommends "$@"
}

# install_packages PACKAGE...: those that are missing, with the distribution's package manager.
install_packages() {
	local -A there=()
	local package missing=()
	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
		say "no apt here, so these are expected to be there: $*"
		return
	fi
	while read -r _ _ package; do
		there[$package]=1
	done < <(dpkg-query -W -f='${Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^install ok installed/ok -/p')
	for package; do
		[ -n "${there[$package]:-}" ] || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		fail "these packages are missing, and there is no sudo: as root, run: apt-get install ${missing[*]}"
	fi
	step install.log "installing ${missing[*]}" apt_install "${missing[@]}"
	has_node || fail "the web client needs Node.js 18 or newer with npm, and the distribution has an older one"
}

# configure TREE PRESET [CMAKE ARGUMENT...]: once for each set of arguments and presets; cmake sees to other changes.
configure() {
	local tree=$1 preset=$2
	shift 2
	local asked
	asked="$preset $* $(cksum <CMakePresets.json)"
	if [ ! -e "$tree/build.ninja" ] || [ "$(cat "$tree/asked" 2>/dev/null)" != "$asked" ]; then
		step "configure-${tree##*/}.log" "configuring $tree" cmake --preset "$preset" -B "$tree" "$@"
		printf '%s\n' "$asked" >"$tree/asked"
	fi
}
