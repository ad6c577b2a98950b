#!/usr/bin/env bash
# Proves the native layer against another libtorch, a pip wheel's torch/ above all: builds it there and runs the test host.
# Needs bash, cmake, a C++ compiler and that libtorch; no .NET, no network. The host is made by publish.sh where .NET is.
#   tests/device/run.sh [TORCH]      TORCH: the folder of the wheel (default: that of python3's torch, else the launcher's search)
# The last line is 'N passed, N failed, N skipped'.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
export MIMKIT_HOME=${here%/tests/device}
host=$here/out/MimKit.DeviceHost
[[ -x $host ]] || { printf '%s is missing: run tests/device/publish.sh where .NET is, and bring tests/device/out along.\n' "$host" >&2; exit 1; }

if (($#)); then
  export MIMKIT_LIBTORCH=$1
elif [[ -z ${MIMKIT_LIBTORCH-} ]] && found=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null); then
  export MIMKIT_LIBTORCH=$found
fi
source "$MIMKIT_HOME/scripts/machine.sh"
find_libtorch
[[ -n $torch_source ]] || { echo 'No libtorch was found. Name its folder: tests/device/run.sh TORCH' >&2; exit 1; }

native=${TMPDIR:-/tmp}/mimkit-device-$torch_version-$torch_device
build=$native
printf 'libtorch %s %s, %s\nbuilding in %s\n' "$torch_version" "$torch_device" "$torch_lib" "$native"
{ cmake -S "$MIMKIT_HOME/lib/native" -B "$native" -DCMAKE_BUILD_TYPE=Release -DTorch_DIR="$torch_cmake" &&
  cmake --build "$native" --parallel --target mimkit_native &&
  { ! cmake --build "$native" --target help | grep -qw mimkit_cuda || cmake --build "$native" --target mimkit_cuda; }; } >"$native.log" 2>&1 ||
  { grep -E 'error|Error' "$native.log" | head -n 40; printf 'the native layer did not build: %s\n' "$native.log" >&2; exit 1; }
set_environment
"$host"
