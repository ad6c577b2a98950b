# ./mimkit doctor: one line a requirement, found or missing, and how to fix it. Installs nothing, needs nothing but bash.
# shellcheck shell=bash disable=SC2154,SC2034   # the names come from, or go to, the files sourced beside this one
source "$MIMKIT_HOME/scripts/requirements.sh"

doctor() {
  local row name missing=()
  printf 'requirements\n'
  for row in "${requirements[@]}"; do
    name=$(field "$row" 0)
    if probe "$name"; then
      report found "$name" "$found"
    else
      report missing "$name" "for $(field "$row" 3); $(remedy "$row")"
      missing+=("$name")
    fi
  done
  local optional=("${requirements_of_tests[@]}" "${requirements_of_lab[@]}")
  for row in "${optional[@]}"; do
    name=$(field "$row" 0)
    if probe "$name"; then report found "$name" "$found"; else report 'not yet' "$name" "for $(field "$row" 3); $(remedy "$row")"; fi
  done
  report_build
  report_machine
  report_libtorch
  ((${#missing[@]})) || return 0
  printf '\n%d missing. ./mimkit setup installs them as root on Debian and Ubuntu. By hand:\n' "${#missing[@]}"
  how_to_install "${missing[@]}"
  return 1
}

report() { printf '  %-8s %-14s %s\n' "$1" "$2" "$3"; }

remedy() { # ROW
  if [[ $(field "$1" 0) == plotly ]] && type -P npm >/dev/null; then
    printf 'fetched from npm by ./mimkit setup'
  else
    printf 'apt-get install %s' "$(field "$1" 1)"
    [[ $(field "$1" 2) == - ]] || printf ', conda install -c conda-forge %s' "$(field "$1" 2)"
  fi
}

report_build() {
  printf 'built\n'
  if [[ -n $torch_source ]] && native_folder && [[ -f $native/complete ]]; then
    report yes native "${native##*/}"
  else
    report 'not yet' native 'built at the first command, or by ./mimkit setup'
  fi
  local scope
  for scope in app tests; do
    if [[ ! -f $app || ! -f $build/dotnet/$scope.quick ]]; then
      report 'not yet' "$scope" 'built at the first command that needs it, or by ./mimkit setup'
    elif [[ $(quick_stamp "$scope") == "$(<"$build/dotnet/$scope.quick")" ]]; then
      report yes "$scope" "of these sources"
    else
      report stale "$scope" 'sources changed since; built again at the next command'
    fi
  done
}

# Which operators this libtorch has takes libtorch itself to say: only where everything is built.
report_libtorch() {
  [[ -n $torch_source && -n $dotnet && -f $app && -f $native/complete ]] || return 0
  (set_environment && "$dotnet" "$app" doctor) || true
}

report_machine() {
  local features=() flag driver='none' python=/usr/bin/python3
  printf 'machine\n'
  count_cores
  read_cpu
  for flag in avx2 avx512f avx512_bf16 amx_bf16 asimd sve bf16; do
    cpu_has "$flag" && features+=("$flag")
  done
  report '' cpu "$cpu_model; $cores cores usable; ${features[*]:-no vector units known to MimKit}"
  if [[ -r /proc/driver/nvidia/version ]]; then
    read -r driver </proc/driver/nvidia/version
    [[ $torch_device == cuda ]] || driver+="; this libtorch is a CPU build: set MIMKIT_LIBTORCH to a CUDA one"
  fi
  report '' gpu "$driver"
  local peer title
  for peer in 'torch|the PyTorch they compare with' 'faiss|the k-means they compare with' 'sklearn|the t-SNE they compare with'; do
    IFS='|' read -r peer title <<<"$peer"
    if [[ -x $python ]] && "$python" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$peer') is None)" 2>/dev/null; then
      report '' "python3-$peer" "found (only the benches use it: $title)"
    else
      report '' "python3-$peer" "not installed (only the benches use it: $title)"
    fi
  done
}
