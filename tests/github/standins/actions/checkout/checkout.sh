set -euo pipefail

if [ -n "$UNSUPPORTED" ]; then
  echo "::error::the tests' checkout does not know $UNSUPPORTED"
  exit 1
fi

folder="$GITHUB_WORKSPACE/$SUBFOLDER"
mkdir -p "$folder"
cd "$folder"
if [ ! -d .git ]; then
  find . -mindepth 1 -delete
  git init --quiet --initial-branch=main .
  git remote add origin "$SERVER/$REPOSITORY"
fi

header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')"
# The test server holds each job to its permissions; it knows it by this.
agent="git/$(git version | cut -d' ' -f3) (github-actions-checkout) swarm-sessions/0 ($GITHUB_JOB)"
options=(--no-recurse-submodules --force --quiet)
[ "$TAGS" = true ] || options+=(--no-tags)
[ "$DEPTH" = 0 ] || options+=("--depth=$DEPTH")
[ -z "$FILTER" ] || options+=("--filter=$FILTER")

if [ -z "$REF" ]; then # what the event is about
  wanted="$GITHUB_SHA" branch="${GITHUB_REF#refs/heads/}"
  [ "$branch" != "$GITHUB_REF" ] || branch=""
elif [[ "$REF" =~ ^[0-9a-f]{40}$ ]]; then
  wanted="$REF" branch=""
elif [[ "$REF" == refs/* && "$REF" != refs/heads/* ]]; then
  wanted="$REF" branch=""
else
  wanted="refs/heads/${REF#refs/heads/}" branch="${REF#refs/heads/}"
fi

fetch() { git -c "http.extraHeader=$header" -c "http.userAgent=$agent" fetch "${options[@]}" origin "$@"; }
if [ "$DEPTH" = 0 ]; then
  fetch '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'
fi
if ! fetch "$wanted" && [ -n "$REF" ] && [ -n "$branch" ]; then
  branch=""
  fetch "refs/tags/$REF"
fi
if [ -n "$branch" ]; then
  git update-ref "refs/remotes/origin/$branch" FETCH_HEAD
  git checkout --quiet --force -B "$branch" FETCH_HEAD
else
  git checkout --quiet --force --detach FETCH_HEAD
fi
if [ "$PERSIST" = true ]; then
  git config --local "http.$SERVER/.extraheader" "$header"
fi
{
  echo "ref=${REF:-$GITHUB_REF}"
  echo "commit=$(git rev-parse HEAD)"
} >> "$GITHUB_OUTPUT"
git log -1 --format='%H %s'
