# What MimKit needs, one probe a requirement: used by setup (install what is missing) and doctor (say what is there).
# A probe sets 'found' (what and where) and 'evidence' (a file whose disappearance means: look again), or fails.
# shellcheck shell=bash disable=SC2154,SC2034   # the names come from, or go to, the files sourced beside this one

# name | Debian and Ubuntu packages | conda packages | needed by
requirements=(
  'compiler|g++|cxx-compiler|building'
  'cmake|cmake make|cmake make|building'
  'dotnet|dotnet-sdk-10.0|dotnet-sdk|building and running'
  'libtorch|libtorch-dev|pytorch|tensors'
  'openblas|libopenblas0-openmp|-|tensors on the system libtorch'
  'npm-files|npm|nodejs|charts and formulas in reports'
  'libzmq|libzmq5|zeromq|the Jupyter kernel'
  'libvips|libvips42|libvips|reading PNG, WebP, TIFF and GIF images'
  'libjpeg|libjpeg-dev|libjpeg-turbo|reading JPEG images'
  'gloo|libgloo-dev|-|training in several processes'
  'fashion-mnist|dataset-fashion-mnist|-|the default data set'
)

# What only some commands need: set up when one of them runs, not before.
requirements_of_tests=(
  'kernel-tests|python3-jupyter-kernel-test jupyter-nbconvert jupyter-notebook|-|tests of the Jupyter kernel'
  'chromium|chromium nodejs|-|tests of the Jupyter kernel in a browser'
)
requirements_of_lab=(
  'jupyter|jupyter-notebook|jupyterlab|./mimkit lab'
)

# Files from the npm registry, placed in .build/npm/PACKAGE: package | version | sha256 of its archive | what is taken of it
npm_files=(
  'plotly.js-dist-min|3.7.0|6bd9038ad44d6838567a429657d7e7214b9af94e8d566d6521aa698f0c1b843e|plotly.min.js'
  'katex|0.16.47|ad2d1ab2f7fcc227019784320e8a2c5218ff6bb333b36df4136d10365ae29375|dist/katex.min.js dist/katex.min.css dist/fonts'
)

npm_files_of_tests=(
  'playwright-core|1.56.1|fa648e5442796d4160c68dcfc3914ed5224f147852264993e6376e29f0228238|lib index.js index.mjs package.json browsers.json bin'
)
npm_files_of_lab=(
  'mermaid|12.3.0|be0684e8d20bfc874df12c0f04927a5c482f57f2200eec54cca52a4583fd4040|dist/mermaid.min.js'
)

# Adds what a scope needs on top of the command line itself: app, tests, kernel (to be a Jupyter kernel), lab (and to start Jupyter).
require() { # SCOPE
  case $1 in
    tests) requirements+=("${requirements_of_tests[@]}") ;;
    lab) requirements+=("${requirements_of_lab[@]}") ;;
  esac
  case $1 in
    tests) npm_files+=("${npm_files_of_tests[@]}") ;;
    kernel | lab) npm_files+=("${npm_files_of_lab[@]}") ;;
  esac
}

field() { local -a parts; IFS='|' read -ra parts <<<"$1"; printf '%s' "${parts[$2]}"; }

# Without these nothing builds or starts; the others stop only the commands that use them.
is_essential() { [[ $1 == compiler || $1 == cmake || $1 == dotnet || $1 == libtorch || $1 == openblas || $1 == npm-files ]]; }

probe() { # NAME
  found='' evidence=''
  "probe_$1"
}

probe_compiler() {
  local compiler
  for compiler in "${CXX:-}" g++ c++ clang++; do
    [[ -n $compiler ]] && evidence=$(type -P "$compiler") && found="$("$compiler" --version 2>/dev/null | head -n 1), $evidence" && return 0
  done
  return 1
}

probe_cmake() { # with something that builds
  local builder
  evidence=$(type -P cmake) && { builder=$(type -P ninja) || builder=$(type -P make); } &&
    found="$(cmake --version | head -n 1), $evidence, builds with ${builder##*/}"
}

probe_dotnet() {
  [[ -n $dotnet ]] && evidence=$dotnet found="SDK $dotnet_sdk, $dotnet"
}

probe_libtorch() {
  [[ -n $torch_source ]] || return 1
  evidence=$torch_lib/libtorch_cpu.so found="$torch_version $torch_device, $torch_source, $torch_lib"
  [[ $torch_version == 1.13.* || $torch_version == 2.11.* ]] || found+=' (not a tested version: 1.13 and 2.11 are)'
}

probe_openblas() {
  if [[ -n $torch_source && $torch_source != system ]]; then            # none found yet: apt will install the system's
    found="not used: libtorch of the $torch_source brings its own"
  else
    evidence=/usr/lib/$triplet/openblas-openmp/libopenblas.so.0
    [[ -e $evidence ]] && found="OpenMP build, ${evidence%/*}"
  fi
}

probe_npm-files() {
  local row package version
  for row in "${npm_files[@]}"; do
    IFS='|' read -r package version _ <<<"$row"
    evidence=$build/npm/$package/version
    [[ -f $evidence && $(<"$evidence") == "$version" ]] || return 1
    found+="$package $version, "
  done
  found+=$build/npm
}

probe_kernel-tests() { evidence=/usr/lib/python3/dist-packages/jupyter_kernel_test found=$evidence; [[ -d $evidence && -x /usr/bin/jupyter-notebook ]]; }
probe_chromium()     { probe_program chromium chromium-browser google-chrome && type -P node >/dev/null; }
probe_jupyter()      { probe_program jupyter-lab jupyter-notebook; }

probe_program() { # NAME...: the first that there is
  local name
  for name; do
    evidence=$(type -P "$name") && found=$evidence && return 0
  done
  return 1
}

probe_libzmq()  { probe_library libzmq.so.5; }
probe_libvips() { probe_library libvips.so.42; }

probe_libjpeg() { # the native layer is built against its header
  local header
  for header in ${CONDA_PREFIX:+"$CONDA_PREFIX/include/jpeglib.h"} /usr/include/jpeglib.h /usr/local/include/jpeglib.h; do
    [[ -f $header ]] && evidence=$header found=$header && return 0
  done
  return 1
}

probe_gloo() { # the headers of the Gloo that this libtorch was built with: Debian's for Debian's
  if [[ -n $torch_source && $torch_source != system ]]; then
    found="not used: libtorch of the $torch_source brings no headers of its Gloo; training runs in one process"
  else
    evidence=/usr/include/gloo/algorithm.h
    [[ -f $evidence ]] && found=${evidence%/*}
  fi
}

probe_library() {
  local folder
  for folder in ${CONDA_PREFIX:+"$CONDA_PREFIX/lib"} "/usr/lib/$triplet" "/lib/$triplet" /usr/lib64 /usr/local/lib /usr/lib; do
    [[ -e $folder/$1 ]] && evidence=$folder/$1 found=$evidence && return 0
  done
  return 1
}

probe_fashion-mnist() {
  local folder
  for folder in ${MIMKIT_DATA:+"$MIMKIT_DATA/fashion-mnist" "$MIMKIT_DATA"} /usr/share/datasets/fashion-mnist; do
    for evidence in "$folder"/train-images-idx3-ubyte{.gz,}; do
      [[ -f $evidence ]] && found=$folder && return 0
    done
  done
  return 1
}

# Prints how a person installs the named requirements here.
how_to_install() { # NAME...
  local row name debian=() conda=()
  for row in "${requirements[@]}"; do
    name=$(field "$row" 0)
    [[ " $* " == *" $name "* ]] || continue
    [[ $name == npm-files ]] && type -P npm >/dev/null && continue      # npm is there: ./mimkit setup fetches the file
    [[ $name == dotnet && $(apt-cache policy dotnet-sdk-10.0 2>/dev/null) != *Candidate:\ [0-9]* ]] || debian+=("$(field "$row" 1)")
    [[ $(field "$row" 2) == - ]] || conda+=("$(field "$row" 2)")
  done
  ((${#debian[@]} + ${#conda[@]})) || { printf '  ./mimkit setup\n'; return 0; }
  if ((${#debian[@]})) && type -P apt-get >/dev/null; then
    printf '  apt-get install --no-install-recommends %s      # as root, or with sudo\n' "${debian[*]}"
  fi
  printf '  or, in any Linux with conda:  conda env create -f %s && conda activate mimkit\n' "$MIMKIT_HOME/environment.yml"
  if [[ " $* " == *' dotnet '* ]]; then
    printf '  .NET SDK 10, where no package has it:\n    curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0      # into ~/.dotnet, found there by mimkit\n'
  fi
  if [[ " $* " == *' fashion-mnist '* ]]; then
    printf '  Fashion-MNIST, where no package has it: the four .gz files of https://github.com/zalandoresearch/fashion-mnist in a folder\n    fashion-mnist, and MIMKIT_DATA set to the folder above it\n'
  fi
}
