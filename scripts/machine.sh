# What the machine offers: libtorch, dotnet, cores, vector units; and the environment that libtorch must find when it loads.
# Sourced by ../mimkit at every start, so nothing here starts a process that can be avoided.
# shellcheck shell=bash disable=SC2034,SC2154   # the names are used where this file is sourced

triplet=$HOSTTYPE-linux-gnu                        # Debian's name of the library folder
[[ $OSTYPE == linux-gnu* ]] || { echo "MimKit runs on Linux (x86-64, arm64); this is $OSTYPE." >&2; exit 1; }

# ---- libtorch -------------------------------------------------------------------------------------------------------

# torch_at WHERE FOLDER: takes the libtorch of FOLDER (a prefix, a pip 'torch' folder) if there is one to build against.
torch_at() {
  local cmake lib include
  for cmake in "$2"/share/cmake/Torch "$2/lib/$triplet/cmake/Torch" "$2"/lib/cmake/Torch; do
    [[ -f $cmake/TorchConfig.cmake ]] || continue
    for lib in "$2/lib/$triplet" "$2"/lib; do
      [[ -f $lib/libtorch_cpu.so ]] || continue
      for include in "$2"/include/torch/headeronly/version.h "$2"/include/torch/csrc/api/include/torch/version.h; do
        [[ -f $include ]] || continue
        torch_source=$1 torch_cmake=$cmake torch_lib=$lib torch_header=$include
        return 0
      done
    done
  done
  return 1
}

torch_in_python() { # WHERE PREFIX: the pip package of a Python installation
  local package
  for package in "$2"/lib/python3*/site-packages/torch "$2"/lib/python3*/dist-packages/torch; do
    torch_at "$1" "$package" && return 0
  done
  return 1
}

cuda_torch_anywhere() {
  local prefix python
  python=$(type -P python3) && python=$(readlink -f -- "$python") || python=/usr/bin/python3
  for prefix in "${python%/bin/*}" "$HOME/.local" /usr/local /opt/conda /opt/libtorch /usr/local/libtorch; do
    { torch_in_python "$prefix" "$prefix" || torch_at "$prefix" "$prefix"; } && [[ -f $torch_lib/libtorch_cuda.so ]] && return 0
  done
  return 1
}

# The first of: MIMKIT_LIBTORCH, the active venv, the active conda, any CUDA build where there is an NVIDIA device, the system's.
find_libtorch() {
  torch_source='' torch_cmake='' torch_lib='' torch_header='' torch_version='' torch_abi=1 torch_device=cpu
  if [[ -n ${MIMKIT_LIBTORCH-} ]]; then
    torch_at MIMKIT_LIBTORCH "$MIMKIT_LIBTORCH" || {
      printf 'MIMKIT_LIBTORCH=%s holds no libtorch.\n  wanted in it: lib/libtorch_cpu.so, share/cmake/Torch, include/torch\n  fix: name the folder of an unpacked libtorch or of a pip "torch" package, or unset the variable.\n' "$MIMKIT_LIBTORCH" >&2
      exit 1
    }
  else
    { [[ -n ${VIRTUAL_ENV-} ]] && torch_in_python "venv" "$VIRTUAL_ENV"; } ||
    { [[ -n ${CONDA_PREFIX-} ]] && { torch_at "conda" "$CONDA_PREFIX" || torch_in_python "conda" "$CONDA_PREFIX"; }; } ||
    { [[ -e /dev/nvidiactl ]] && cuda_torch_anywhere; } ||
    torch_at "system" /usr || torch_at "system" /usr/local || torch_at "system" /opt/libtorch || torch_at "system" /usr/local/libtorch ||
    { torch_source=''; return 0; }
  fi
  torch_device=cpu
  [[ -f $torch_lib/libtorch_cuda.so ]] && torch_device=cuda
  local line
  while read -r line; do
    case $line in
      '#define TORCH_VERSION_MAJOR '*) torch_version=${line##* } ;;
      '#define TORCH_VERSION_MINOR '* | '#define TORCH_VERSION_PATCH '*) torch_version+=.${line##* } ;;
    esac
  done <"$torch_header"
  [[ $(<"$torch_cmake/TorchConfig.cmake") == *_GLIBCXX_USE_CXX11_ABI=0* ]] && torch_abi=0
  return 0
}

# ---- dotnet ---------------------------------------------------------------------------------------------------------

find_dotnet() { # the first dotnet with an SDK 10
  local candidate sdk
  dotnet=''
  for candidate in "$(type -P dotnet)" "${DOTNET_ROOT:-/nowhere}/dotnet" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
    [[ -x $candidate ]] || continue
    candidate=$(readlink -f -- "$candidate")
    for sdk in "${candidate%/*}"/sdk/10.*; do
      [[ -d $sdk ]] && dotnet=$candidate dotnet_sdk=${sdk##*/} && return 0
    done
  done
  return 0
}

# ---- cores and vector units -----------------------------------------------------------------------------------------

# Physical cores this process may use: its affinity, one hardware thread a core, and no more than the cgroup's quota.
count_cores() {
  local line range cpu siblings quota period folder limit
  local -A core=()
  while read -r line; do
    [[ $line == Cpus_allowed_list:* ]] && break
  done </proc/self/status
  line=${line#*:}
  for range in ${line//,/ }; do
    for ((cpu = ${range%-*}; cpu <= ${range#*-}; cpu++)); do
      siblings=$cpu
      [[ -r /sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list ]] &&
        read -r siblings <"/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list"
      core[$siblings]=1
    done
  done
  cores=${#core[@]}
  ((cores > 0)) || cores=1
  for folder in "$(cgroup_folder)" /sys/fs/cgroup; do
    if [[ -r $folder/cpu.max ]]; then
      read -r quota period <"$folder/cpu.max"
    elif [[ -r $folder/cpu/cpu.cfs_quota_us ]]; then
      read -r quota <"$folder/cpu/cpu.cfs_quota_us"; read -r period <"$folder/cpu/cpu.cfs_period_us"
    else
      continue
    fi
    [[ $quota == max || $quota -le 0 ]] && continue
    limit=$(((quota + period - 1) / period))
    ((limit < cores)) && cores=$limit
  done
  return 0
}

cgroup_folder() {
  local line
  while read -r line; do
    [[ $line == 0::* ]] && printf '/sys/fs/cgroup%s' "${line#0::}"
  done </proc/self/cgroup
}

read_cpu() { # cpu_model, cpu_flags
  local line
  cpu_model=$HOSTTYPE cpu_flags=' '
  while IFS= read -r line; do
    case $line in
      'model name'*) cpu_model=${line#*: } ;;
      flags* | Features*) cpu_flags=" ${line#*: } "; break ;;
    esac
  done </proc/cpuinfo
}

cpu_has() { local flag; for flag; do [[ $cpu_flags == *" $flag "* ]] || return 1; done; }

# ---- environment ----------------------------------------------------------------------------------------------------

# Everything that must be set before libtorch loads. What the user has set stays.
set_environment() {
  count_cores
  read_cpu
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$cores}
  # Threads that spin for ever slow each other and everything beside them down; threads that sleep at once wake late between two
  # operators. A tenth of a millisecond of spinning keeps most of the speed and none of the harm.
  [[ -n ${OMP_WAIT_POLICY-} ]] || export OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-10000}
  local capability=avx2
  cpu_has avx512f avx512bw avx512dq avx512vl && capability=avx512
  [[ $HOSTTYPE == x86_64 ]] && export ATEN_CPU_CAPABILITY=${ATEN_CPU_CAPABILITY:-$capability}

  export MIMKIT_NATIVE=$native/libmimkit_native.so
  export MIMKIT_PLOTLY=${MIMKIT_PLOTLY:-$build/npm/plotly.js-dist-min/plotly.min.js}
  local libraries=''
  if [[ $torch_source == system ]]; then
    # Debian's libtorch asks for "libblas.so.3": the OpenMP build of OpenBLAS answers, whatever the system's alternative is
    [[ -d /usr/lib/$triplet/openblas-openmp ]] && libraries=/usr/lib/$triplet/openblas-openmp
  fi
  [[ $torch_lib == /usr/lib* ]] || libraries+=${libraries:+:}$torch_lib
  [[ $torch_source == conda && $torch_lib != "$CONDA_PREFIX/lib" ]] && libraries+=${libraries:+:}$CONDA_PREFIX/lib
  [[ -n $libraries ]] && export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}
