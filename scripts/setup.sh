# Set-up: installs what is missing (apt, as root), builds the native layer and the .NET projects, fetches the npm files.
# Idempotent, one line a step on stderr, everything else in .build/setup.log; two at once wait for one another.
# shellcheck shell=bash disable=SC2154,SC2034   # the names come from, or go to, the files sourced beside this one
source "$MIMKIT_HOME/scripts/requirements.sh"
log=$build/setup.log

setup() { # app|tests|kernel|lab
  require "$1"
  mkdir -p "$build" 2>/dev/null || true
  [[ -w $build ]] || fail "$build cannot be written; MimKit builds into it.
  fix: make $MIMKIT_HOME writable for $(id -un), or copy it to where you can write."
  exec 9>"$build/lock"
  if ! flock --nonblock 9; then
    say "another mimkit is setting up this folder; waiting for it"
    flock 9
  fi
  printf '\n==== %(%F %T)T setup %s\n' -1 "$1" >>"$log"
  install_missing
  fetch_npm_files
  [[ $1 != tests ]] || fetch_lab_client
  build_native
  build_dotnet "$([[ $1 == tests ]] && printf tests || printf app)"
  case $1 in kernel | lab) build_kernel ;; esac
  record_evidence "$1"
  exec 9>&-
}

say()  { printf 'mimkit: %s\n' "$1" >&2; }
fail() { printf 'mimkit: %s\n' "$1" >&2; exit 1; }

# step TITLE COMMAND...: one line with its duration; on failure the end of the log.
step() {
  local title=$1 start=${EPOCHREALTIME/./} position
  shift
  position=$(wc -c <"$log")
  printf 'mimkit: %s ... ' "$title" >&2
  printf -- '---- %s\n' "$title" >>"$log"
  if "$@" >>"$log" 2>&1 </dev/null 9>&-; then      # 9>&-: a build server that stays must not hold the lock
    printf '%d.%d s\n' $((milliseconds = (${EPOCHREALTIME/./} - start) / 1000, milliseconds / 1000)) $((milliseconds % 1000 / 100)) >&2
  else
    printf 'failed\n\n' >&2
    tail -c +$((position + 1)) "$log" | grep -E '\berror\b.*:|^E: |^Err:|^npm error' | sort -u | head -n 15 >&2 || tail -n 15 "$log" >&2
    printf '\n  all of it: %s\n' "$log" >&2
    return 1
  fi
}

# ---- packages -------------------------------------------------------------------------------------------------------

install_missing() {
  local row name wanted missing=() packages=() essential=no
  list_missing
  ((${#missing[@]})) || return 0
  if ((EUID == 0)) && type -P apt-get dpkg >/dev/null; then
    for row in "${requirements[@]}"; do
      name=$(field "$row" 0)
      [[ -n ${missing_by_name[$name]-} ]] || continue
      [[ $name == npm-files ]] && type -P npm >/dev/null && continue
      read -ra wanted <<<"$(field "$row" 1)" && packages+=("${wanted[@]}")
    done
    if ((${#packages[@]})); then
      step "apt-get install ${packages[*]}" apt_install "${packages[@]}" || say "apt could not install everything."
      find_libtorch; find_dotnet
      list_missing
    fi
  fi
  unset 'missing_by_name[npm-files]'; missing=("${!missing_by_name[@]}")     # they are fetched in the next step
  ((${#missing[@]})) || return 0
  say "missing: ${missing[*]}. To install:"
  how_to_install "${missing[@]}" >&2
  for name in "${missing[@]}"; do
    is_essential "$name" && essential=yes
  done
  [[ $essential == no ]] || fail "then run the same command again (./mimkit doctor shows what is found)."
  say "going on without: only the commands that use them will stop."
}

list_missing() { # -> missing, missing_by_name
  local row name
  declare -gA missing_by_name=()
  for row in "${requirements[@]}"; do
    name=$(field "$row" 0)
    probe "$name" || missing_by_name[$name]=1
  done
  missing=("${!missing_by_name[@]}")
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -y) package
  dpkg --configure -a                                       # what an interrupted installation left
  for package; do                                           # lists are fetched only where a package is unknown
    [[ $(apt-cache policy "$package" 2>/dev/null) == *Candidate:\ [0-9]* ]] || { "${apt[@]}" update; break; }
  done
  local known=()
  for package; do
    if [[ $(apt-cache policy "$package" 2>/dev/null) == *Candidate:\ [0-9]* ]]; then known+=("$package"); else echo "E: no package $package in the package lists"; fi
  done
  ((${#known[@]})) || return 1
  "${apt[@]}" install --no-install-recommends "${known[@]}" ||
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${known[@]}"; } || return 1
  ((${#known[@]} == $#))
}

# What the benches compare with: the distribution's PyTorch, and the other build of OpenBLAS, unpacked here so that the system's choice stays.
prepare_peer() {
  mkdir -p "$build/peers"
  local wanted=()
  [[ -d /usr/lib/python3/dist-packages/torch ]] || wanted+=(python3-torch)
  [[ -d /usr/lib/python3/dist-packages/faiss ]] || wanted+=(python3-faiss)
  [[ -d /usr/lib/python3/dist-packages/sklearn ]] || wanted+=(python3-sklearn)
  [[ -d /usr/lib/python3/dist-packages/torchvision ]] || wanted+=(python3-torchvision)                       # decode: the peer
  [[ -f /usr/share/backgrounds/Dragonfly_by_Bolly.jpg ]] || wanted+=(lomiri-wallpapers-16.04)                # decode, loader: photographs
  [[ -f /usr/share/backgrounds/Infinite-Sea_by_Aury88.jpg ]] || wanted+=(lomiri-wallpapers-20.04)
  if ((${#wanted[@]})); then
    if ((EUID == 0)) && type -P apt-get >/dev/null; then
      step "apt-get install ${wanted[*]}" apt_install "${wanted[@]}" || true
    else
      say "the benches need ${wanted[*]}: apt-get install --no-install-recommends ${wanted[*]}, as root."
    fi
  fi
  if [[ ! -d /usr/lib/$triplet/openblas-pthread && ! -d $build/peers/usr/lib/$triplet/openblas-pthread ]] && type -P apt-get dpkg-deb >/dev/null; then
    step 'pthread build of OpenBLAS, for PyTorch in the benches' unpack_openblas_pthread || say 'the benches go without it.'
  fi
}

unpack_openblas_pthread() {
  local fresh=$build/peers/.fresh.$$
  mkdir -p "$fresh" && (cd "$fresh" && apt-get download libopenblas0-pthread && dpkg-deb -x ./*.deb .) && cp -a "$fresh/usr" "$build/peers/"
  local result=$?
  rm -rf "$fresh"
  return $result
}

# ---- files from npm -------------------------------------------------------------------------------------------------

fetch_npm_files() {
  local row package version sha256 members
  for row in "${npm_files[@]}"; do
    IFS='|' read -r package version sha256 members <<<"$row"
    [[ -f $build/npm/$package/version && $(<"$build/npm/$package/version") == "$version" ]] && continue
    type -P npm >/dev/null || fail "npm is missing; it fetches $package for the reports.
$(how_to_install npm-files)"
    # shellcheck disable=SC2086   # a list of names
    step "npm pack $package@$version" fetch_npm_package "$package" "$version" "$sha256" $members || fail "$package@$version could not be fetched.
  fix: look whether 'npm view $package version' answers ('npm config set registry URL' names a mirror), then run again."
  done
}

fetch_npm_package() { # PACKAGE VERSION SHA256 MEMBER...: placed whole or not at all
  local place=$build/npm/$1 fresh=$build/npm/.$1.$$ members=("${@:4}") archive result
  rm -rf "$build/npm/.$1".* && mkdir -p "$fresh" &&
    archive=$fresh/$(cd "$fresh" && npm pack "$1@$2" --silent) &&
    printf '%s  %s\n' "$3" "$archive" | sha256sum --check &&
    tar -xzf "$archive" -C "$fresh" --strip-components=1 "${members[@]/#/package/}" && rm -f "$archive" &&
    printf '%s\n' "$2" >"$fresh/version" &&
    rm -rf "$place" && mv "$fresh" "$place"
  result=$?
  rm -rf "$fresh"
  return $result
}

# JupyterLab's own client library with all it needs, for the kernel's tests; versions and checksums are in the lock file beside that test.
fetch_lab_client() {
  local wanted=$MIMKIT_HOME/tests/MimKit.Cli.Tests/Kernel/services place=$build/npm/jupyterlab-services
  [[ -f $place/version && $(<"$place/version") == "$(<"$wanted/package-lock.json")" ]] && return 0
  type -P npm >/dev/null && step 'npm ci @jupyterlab/services' install_lab_client "$wanted" "$place" ||
    say "going on without: the test of JupyterLab's client library is skipped."
}

install_lab_client() { # WANTED PLACE
  rm -rf "$2" && mkdir -p "$2" && cp "$1"/package*.json "$2" &&
    (cd "$2" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund) && cp "$1/package-lock.json" "$2/version"
}

# ---- building -------------------------------------------------------------------------------------------------------

build_native() {
  native_folder
  if [[ ! -f $native/complete ]]; then
    step "native layer for libtorch $torch_version ($torch_device)" cmake_build || fail "the native layer did not build.
  fix: the messages above; another libtorch can be named with MIMKIT_LIBTORCH."
  fi
  ln -sfn -- "${native##*/}" "$build/native/.current.$$" && mv -T "$build/native/.current.$$" "$build/native/current"
}

cmake_build() {
  local generator=()
  type -P ninja >/dev/null && generator=(-G Ninja)
  count_cores
  rm -rf "${native%-*}"-*                                   # of an interrupted build, or of older sources
  cmake -S "$MIMKIT_HOME/lib/native" -B "$native" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DTorch_DIR="$torch_cmake" &&
    cmake --build "$native" --parallel "$cores" && touch "$native/complete"
}

# Stamps are taken before the build, so that a file changed meanwhile is seen at the next start.
build_dotnet() { # app|tests
  local quick content folder=$build/dotnet project=lib/MimKit.Cli/MimKit.Cli.csproj title='command line and libraries'
  [[ $1 == tests ]] && project=MimKit.sln title='libraries and tests'
  mkdir -p "$folder"
  quick=$(quick_stamp "$1")
  [[ -f $folder/$1.quick && $(<"$folder/$1.quick") == "$quick" && -f $app ]] && return 0
  content=$(content_stamp "$1")
  if [[ ! -f $folder/$1.content || $(<"$folder/$1.content") != "$content" || ! -f $app ]]; then
    step "$title" dotnet_build "$project" || fail "the build failed: see the messages above."
    printf '%s\n' "$content" >"$folder/$1.content"
  fi
  printf '%s\n' "$quick" >"$folder/$1.quick"
}

dotnet_build() { # PROJECT
  local incremental=()
  [[ -f $build/dotnet/building ]] && incremental=(--no-incremental)      # the last one was cut off: trust none of its files
  touch "$build/dotnet/building"
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  (cd "$MIMKIT_HOME" && "$dotnet" build "$1" -c Release --tl:off -v quiet -nodeReuse:false "${incremental[@]}") &&
    rm -f "$build/dotnet/building"
}

# The command line once more, compiled to machine code ahead of time: a kernel is started while somebody waits for it.
build_kernel() {
  local kernel=$build/kernel
  [[ -f $kernel/stamp && $(<"$kernel/stamp") == "$(<"$build/dotnet/app.quick")" ]] && return 0
  rm -f "$kernel/stamp" && mkdir -p "$kernel" && quick_stamp app >"$kernel/.stamp"      # as old as the sources that are compiled now
  step 'kernel, compiled ahead of time' publish_kernel "$kernel" || {
    say "going on without: the kernel starts more slowly."
    return 0
  }
  mv "$kernel/.stamp" "$kernel/stamp"
}

# For the next start, while somebody works with a kernel that was not ready for this one: nobody waits, nothing is said.
build_kernel_later() {
  (
    exec </dev/null >/dev/null 2>&1 9>"$build/lock"
    flock --nonblock 9 && renice -n 15 "$BASHPID" && build_kernel
  ) &
  disown
}

publish_kernel() { # FOLDER
  local machine=x64
  [[ $HOSTTYPE == aarch64 ]] && machine=arm64
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
  (cd "$MIMKIT_HOME" && "$dotnet" publish lib/MimKit.Cli/MimKit.Cli.csproj -c Release -r "linux-$machine" --self-contained false -p:PublishReadyToRun=true \
    -o "$1" --tl:off -v quiet -nodeReuse:false)
}

record_evidence() { # SCOPE
  local row complete=yes file=$build/requirements
  [[ $1 == app ]] || file+=.$1
  for row in "${requirements[@]}"; do
    probe "$(field "$row" 0)" || complete=no
    [[ -n $evidence ]] && printf '%s\n' "$evidence"
  done >"$build/.requirements.$$"
  if [[ $complete == yes ]]; then mv "$build/.requirements.$$" "$file"; else rm -f "$build/.requirements.$$" "$file"; fi
}
