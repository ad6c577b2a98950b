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
ready() { # app|tests
  local file
  [[ -n $dotnet && -n $torch_source && -f $app && -f $build/requirements ]] || return 1
  native_folder
  [[ -f $native/complete && -f $build/dotnet/$1.quick ]] || return 1
  while IFS= read -r file; do
    [[ -e $file ]] || return 1
  done <"$build/requirements"
  [[ $(quick_stamp "$1") == "$(<"$build/dotnet/$1.quick")" ]]
}
