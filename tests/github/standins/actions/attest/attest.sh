set -euo pipefail
cd "$GITHUB_WORKSPACE"
found=()
while IFS= read -r pattern; do
  [ -z "$pattern" ] || mapfile -t -O "${#found[@]}" found < <(compgen -G "$pattern" | sort || true)
done <<< "$SUBJECTS"
if [ ${#found[@]} = 0 ]; then
  echo "::error::Could not find subject at path $SUBJECTS"
  exit 1
fi
kind=provenance
if [ -n "$BILL" ]; then
  if [ ! -f "$BILL" ]; then
    echo "::error::SBOM file not found: $BILL"
    exit 1
  fi
  kind=sbom
fi
printf "$kind %s\n" "${found[@]}" >> "$TEST_ARTIFACTS/attested"
