# cache.sh restore | save | later: caches are folders below $TEST_CACHE, one a key, written whole or not at all.
set -euo pipefail
shopt -s nullglob

copy() { cp -Rl "$1" "$2" 2> /dev/null || cp -R "$1" "$2"; } # links take no time; nobody changes a file in place

fold() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }

paths() { # one a line; where they lie is part of what a cache is, as in the real one
  while IFS= read -r line; do
    line="${line/#\~/$HOME}"
    [ -z "$line" ] || echo "$line"
  done <<< "$WANTED"
}

restore() {
  hit="" match=""
  version="$(fold "$(paths | sed "s|^$RUNNER_TEMP|TEMP|; s|^$HOME|HOME|")")"
  if [ -d "$TEST_CACHE/$version/$(fold "$KEY")" ]; then
    hit=true match="$KEY"
  else
    while IFS= read -r prefix; do
      [ -n "$prefix" ] && [ -z "$match" ] || continue
      for kept in $(ls -t "$TEST_CACHE/$version" 2> /dev/null); do
        name="$(cat "$TEST_CACHE/$version/$kept/key")"
        if [[ "$name" == "$prefix"* ]]; then match="$name" hit=false; break; fi
      done
    done <<< "${RESTORE_KEYS:-}"
  fi
  if [ -z "$match" ]; then
    echo "Cache not found for input keys: $KEY"
    [ "${FAIL_ON_MISS:-}" != true ] || { echo "::error::Failed to restore cache entry: $KEY"; exit 1; }
  elif [ "${LOOKUP_ONLY:-}" != true ]; then
    number=0
    while IFS= read -r path; do
      kept="$TEST_CACHE/$version/$(fold "$match")/$number"
      number=$((number + 1))
      [ -e "$kept" ] || continue
      mkdir -p "$(dirname "$path")"
      if [ -d "$kept" ]; then mkdir -p "$path" && copy "$kept/." "$path/"; else copy "$kept" "$path"; fi
    done < <(paths)
    echo "Cache restored from key: $match"
  fi
  {
    echo "cache-hit=$hit"
    echo "cache-primary-key=$KEY"
    echo "cache-matched-key=$match"
  } >> "$GITHUB_OUTPUT"
}

save() {
  version="$(fold "$(paths | sed "s|^$RUNNER_TEMP|TEMP|; s|^$HOME|HOME|")")"
  entry="$TEST_CACHE/$version/$(fold "$KEY")"
  if [ -d "$entry" ]; then
    echo "Cache already exists for key: $KEY"
    return
  fi
  mkdir -p "$TEST_CACHE/$version"
  staged="$(mktemp -d "$TEST_CACHE/.XXXXXX")"
  number=0
  while IFS= read -r path; do
    if [ -e "$path" ]; then copy "$path" "$staged/$number"; fi
    number=$((number + 1))
  done < <(paths)
  if [ -z "$(ls "$staged")" ]; then
    echo "::warning::Path Validation Error: Path(s) specified in the action for caching do(es) not exist"
    rm -rf "$staged"
    return
  fi
  printf '%s' "$KEY" > "$staged/key"
  mv -T "$staged" "$entry" 2> /dev/null || rm -rf "$staged" # somebody else was faster
  echo "Cache saved with key: $KEY"
}

case "$1" in
  restore) restore ;;
  save) save ;;
  later) # the real action saves when the job ends; the driver calls `due` as the last step of every job
    [ "$HIT" = true ] || printf 'KEY=%q WANTED=%q bash %q save\n' "$KEY" "$WANTED" "$0" >> "$RUNNER_TEMP/cache-due.sh" ;;
esac
