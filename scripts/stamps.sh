# Stamps: what was built, from which bytes. Modification times and sizes are compared first, content only when they differ,
# so that a fresh checkout of the same sources builds nothing and a start with nothing to do costs milliseconds.
# shellcheck shell=bash disable=SC2154,SC2034   # the names come from, or go to, the files sourced beside this one

# The files of a scope, NUL-separated and sorted: 'app' is the command line and what it is made of, 'tests' adds the tests.
sources_of() { # app|tests [find action]...
  local folders=(lib data-manifests)
  [[ $1 == tests ]] && folders+=(tests)
  (
    cd "$MIMKIT_HOME" || exit
    find "${folders[@]}" Directory.*.props MimKit.sln \( -name bin -o -name obj -o -name TestResults -o -path lib/native \) -prune -o -type f "${@:2}"
  )
}

quick_stamp()   { sources_of "$1" -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum; }
content_stamp() { sources_of "$1" -print0 | LC_ALL=C sort -z | (cd "$MIMKIT_HOME" && xargs -0 sha256sum) | sha256sum; }

# The folder of the native layer for this libtorch and these sources: version, C++ ABI, device, digest.
native_folder() {
  local digest
  digest=$(cd "$MIMKIT_HOME/lib/native" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  native=$build/native/$torch_version-abi$torch_abi-$torch_device-${digest:0:12}
}

# Nothing to install, nothing to build?
ready() { # app|tests|kernel|lab
  local file sources=app evidence=$build/requirements
  [[ $1 == tests ]] && sources=tests
  [[ $1 == app ]] || evidence+=.$1
  [[ -n $dotnet && -n $torch_source && -f $app && -f $evidence ]] || return 1
  native_folder
  [[ -f $native/complete && -f $build/dotnet/$sources.quick ]] || return 1
  while IFS= read -r file; do
    [[ -e $file ]] || return 1
  done <"$evidence"
  [[ $(quick_stamp "$sources") == "$(<"$build/dotnet/$sources.quick")" ]] || return 1
  [[ $1 != kernel && $1 != lab ]] || kernel_is_compiled
}

# The same question for a kernel's start, in a tenth of the time because somebody waits for it: nothing is newer than what was compiled ahead.
kernel_is_ready() {
  [[ -n $dotnet && -n $torch_source ]] && kernel_is_compiled || return 1
  for native in "$build/native/$torch_version-abi$torch_abi-$torch_device"-*; do
    [[ -f $native/complete && $native -ef $build/native/current ]] || continue
    [[ -z $(cd "$MIMKIT_HOME" && find lib data-manifests Directory.*.props MimKit.sln \( -name bin -o -name obj \) -prune -o -newer .build/kernel/stamp -print -quit) ]] && return 0
  done
  return 1
}

# The ahead-of-time build is of the sources that the command line was built from.
kernel_is_compiled() {
  [[ -f $build/kernel/stamp && -f $build/dotnet/app.quick && $(<"$build/kernel/stamp") == "$(<"$build/dotnet/app.quick")" ]]
}
