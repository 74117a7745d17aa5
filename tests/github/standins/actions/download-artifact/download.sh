set -euo pipefail
shopt -s nullglob

if [ -n "$UNSUPPORTED" ]; then
  echo "::error::the tests' download-artifact does not know $UNSUPPORTED"
  exit 1
fi
case "$FOLDER" in
  /*) ;;
  '~'*) FOLDER="$HOME${FOLDER#\~}" ;;
  *) FOLDER="$GITHUB_WORKSPACE/$FOLDER" ;;
esac
store="$TEST_ARTIFACTS/$RUN"
if [ -n "$NAME" ]; then
  if [ ! -d "$store/$NAME" ]; then
    echo "::error::Unable to download artifact(s): Artifact not found for name: $NAME"
    exit 1
  fi
  mkdir -p "$FOLDER"
  cp -R "$store/$NAME/." "$FOLDER/"
else
  for artifact in "$store"/*/; do
    name="$(basename "$artifact")"
    # shellcheck disable=SC2053 # a pattern is meant
    [[ -z "$PATTERN" || "$name" == $PATTERN ]] || continue
    to="$FOLDER/$name"
    [ "$MERGE" != true ] || to="$FOLDER"
    mkdir -p "$to"
    cp -R "$artifact." "$to/"
  done
fi
echo "download-path=$FOLDER" >> "$GITHUB_OUTPUT"
