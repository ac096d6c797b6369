#!/bin/sh
# Make .venv with a Python that is new enough, or say clearly what is missing.
# Usage: scripts/make_venv.sh [folder]        PYTHON=… chooses the interpreter.
set -eu
venv="${1:-.venv}"
is_new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c "$is_new_enough" 2>/dev/null &&
	"$venv/bin/python" -m pip --version >/dev/null 2>&1; then
	exit 0
fi

python=""
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
	if command -v "$name" >/dev/null 2>&1 && "$name" -c "$is_new_enough" >/dev/null 2>&1; then
		python="$name"
		break
	fi
done
if [ -z "$python" ]; then
	found="$(python3 --version 2>/dev/null || echo 'no python3 at all')"
	echo "Sirolog needs Python 3.11 or newer; this machine has: $found." >&2
	echo "Install a newer one, or name it: make run PYTHON=/path/to/python3.12" >&2
	exit 1
fi

# Debian ships Python without the part that makes environments with pip in them.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
	version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		apt-get update -q
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q "python$version-venv"
	else
		echo "This Python cannot make environments. On Debian: apt install python$version-venv" >&2
		exit 1
	fi
fi
"$python" -m venv --clear "$venv"
