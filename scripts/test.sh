# ./mimkit test [--all] [-- dotnet test arguments]: every test project one after the other (they share the cores),
# counted from the result files, so that a crashed or missing run can never look like a passed one.
# shellcheck shell=bash disable=SC2154,SC2034   # the names come from, or go to, the files sourced beside this one

parse_test_arguments() {
  test_arguments=()
  while (($#)); do
    case $1 in
      --all) export MIMKIT_TEST_ALL=1 ;;
      --) shift; test_arguments=("$@"); break ;;
      -h | --help) printf 'usage: ./mimkit test [--all] [-- dotnet test arguments]\n  --all   the long tests too\n  example: ./mimkit test -- --filter Philox\n'; exit 0 ;;
      *) printf "mimkit test: '%s' is not an option of it. Usage: ./mimkit test [--all] [-- dotnet test arguments]\n" "$1" >&2; exit 1 ;;
    esac
    shift
  done
}

run_tests() {
  local project name assembly results=$build/test/results passed=0 failed=0 skipped=0
  rm -rf "$results" && mkdir -p "$results" && : >"$results/started"
  for project in "$MIMKIT_HOME"/tests/*/*.csproj; do
    name=${project##*/} name=${name%.csproj}
    assembly=${project%/*}/bin/Release/net10.0/$name.dll
    printf '\n%s\n' "$name"
    local code=0
    "$dotnet" test "$assembly" --nologo --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' \
      --results-directory "$results" "${test_arguments[@]}" </dev/null || code=$?
    count_results "$results/$name.trx" "$code"
  done
  printf '\n'
  notebooks_run
  ((passed > 0)) || printf 'No test passed: is there any that the arguments select?\n'
  ((skipped == 0)) || printf '%d skipped, named above\n' "$skipped"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0 && passed > 0))
}

# Which of the repository's notebooks passed in this run: the default takes those in turn that ran longest ago.
notebooks_run() {
  local folder=$build/test/notebooks-passed run all
  [[ -d $folder ]] || return 0
  run=$(find "$folder" -name '*.ipynb' -newer "$results/started" -printf '%f\n' | sort | paste -sd ' ')
  all=("$MIMKIT_HOME"/notebooks/*.ipynb)
  [[ -z $run ]] || printf 'notebooks run, of %d: %s\n' "${#all[@]}" "$run"
}

# count_results FILE CODE: adds the file's counters; a run that ended badly without a failed test counts as one failure.
count_results() {
  local counters='' total=0 executed=0 good=0 bad=0
  if [[ -f $1 ]]; then counters=$(grep -o '<Counters [^>]*>' "$1" | tail -n 1) || true; fi      # cut off: none
  [[ $counters =~ \ total=\"([0-9]+)\" ]] && total=${BASH_REMATCH[1]}
  [[ $counters =~ \ executed=\"([0-9]+)\" ]] && executed=${BASH_REMATCH[1]}
  [[ $counters =~ \ passed=\"([0-9]+)\" ]] && good=${BASH_REMATCH[1]}
  bad=$((executed - good))
  if (($2 != 0 && bad == 0)); then
    printf '%s: the test run ended with code %d before its end; counted as one failure.\n' "$(basename "$1" .trx)" "$2"
    bad=1
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
}
