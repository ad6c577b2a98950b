# ./mimkit lab [jupyter arguments]: Jupyter with this kit's kernel found, in the folder of the notebooks.
# shellcheck shell=bash disable=SC2154,SC2034   # the names come from, or go to, the files sourced beside this one

start_jupyter() {
  local jupyter arguments=("$@") argument
  jupyter=$(type -P jupyter-lab || type -P jupyter-notebook) || { printf 'mimkit: no Jupyter was found.\n  fix: apt-get install jupyter-notebook, or pip install jupyterlab in an active environment.\n' >&2; exit 1; }
  "$dotnet" "$app" kernel install --prefix "$build/jupyter" >/dev/null
  export JUPYTER_PATH=$build/jupyter/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
  ((EUID == 0)) && arguments+=(--allow-root)
  for argument; do                                            # a notebook or folder of the user's own
    [[ $argument == -* ]] || exec "$jupyter" "${arguments[@]}"
  done
  exec "$jupyter" --notebook-dir="$MIMKIT_HOME/notebooks" "${arguments[@]}"
}
