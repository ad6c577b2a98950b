#!/usr/bin/env bash
# Builds the test host into one file that needs no .NET where it runs: tests/device/out/MimKit.DeviceHost. Then run.sh runs it.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
most=$((40 << 20))           # bytes: what a small transfer to a test machine may carry

dotnet publish "$here/Host/MimKit.DeviceHost.csproj" -c Release --nologo -v quiet -o "$here/out" "$@"
size=$(stat -c %s "$here/out/MimKit.DeviceHost")
printf 'tests/device/out/MimKit.DeviceHost: %d.%d MiB\n' $((size >> 20)) $(((size >> 10) % 1024 * 10 / 1024))
((size <= most)) || { printf 'That is over %d MiB.\n' $((most >> 20)) >&2; exit 1; }
