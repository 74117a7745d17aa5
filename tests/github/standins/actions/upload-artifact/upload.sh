set -euo pipefail
shopt -s nullglob globstar

if [[ "$NAME" == *[\":\<\>\|*?$'\r\n'\\/]* ]]; then
  echo "::error::The artifact name is not valid: $NAME"
  exit 1
fi
cd "$GITHUB_WORKSPACE"
found=() only=""
while IFS= read -r line; do
  [ -n "$line" ] || continue
  [[ "$line" != *[*?]* ]] || { mapfile -t globbed < <(compgen -G "$line" || true); found+=("${globbed[@]}"); continue; }
  [ ! -e "$line" ] || found+=("$line")
done <<< "$WANTED"

staged="$(mktemp -d)"
case ${#found[@]} in
  0) ;;
  1) # one folder: what is in it; one file: the file by its name
    only="${found[0]}"
    if [ -d "$only" ]; then cp -R "$only/." "$staged/"; else cp "$only" "$staged/"; fi ;;
  *) # several: with their paths below the folder that all of them lie in
    common="$(dirname "$(realpath "${found[0]}")")"
    for path in "${found[@]}"; do
      while [[ "$(realpath "$path")" != "$common"/* ]]; do common="$(dirname "$common")"; done
    done
    for path in "${found[@]}"; do
      below="$(realpath --relative-to="$common" "$path")"
      mkdir -p "$staged/$(dirname "$below")"
      cp -R "$path" "$staged/$below"
    done ;;
esac
if [ "$HIDDEN" != true ]; then
  find "$staged" -mindepth 1 -name '.*' -prune -exec rm -rf {} +
  [[ "$(basename "${only:-x}")" != .* ]] || find "$staged" -mindepth 1 -delete
fi
if [ -z "$(find "$staged" -type f -print -quit)" ]; then
  said="No files were found with the provided path: $WANTED. No artifacts will be uploaded."
  case "$NONE_FOUND" in
    error) echo "::error::$said"; exit 1 ;;
    warn) echo "::warning::$said" ;;
    ignore) echo "$said" ;;
    *) echo "::error::Unrecognized if-no-files-found input: $NONE_FOUND"; exit 1 ;;
  esac
  exit 0
fi

store="$TEST_ARTIFACTS/$GITHUB_RUN_ID"
mkdir -p "$store"
if [ "$OVERWRITE" = true ]; then rm -rf "${store:?}/$NAME"; fi
if ! mkdir "$store/$NAME"; then
  echo "::error::Failed to CreateArtifact: an artifact with the name $NAME already exists on this run"
  exit 1
fi
cp -R "$staged/." "$store/$NAME/"
rm -rf "$staged"
digest="$(cd "$store/$NAME" && find . -type f -exec sha256sum {} + | sort | sha256sum | cut -d' ' -f1)"
{
  echo "artifact-id=$(( 0x${digest:0:7} ))"
  echo "artifact-url=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/artifacts/$(( 0x${digest:0:7} ))"
  echo "artifact-digest=$digest"
} >> "$GITHUB_OUTPUT"
echo "Artifact $NAME: $(cd "$store/$NAME" && find . -type f | wc -l) files"
