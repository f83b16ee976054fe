#!/bin/sh
# Collects what the server needs at run time from a built workspace: `docker/assemble.sh DIRECTORY`.
# Expects node_modules as `npm ci --omit=dev` leaves it.
set -eu
cd "$(dirname "$0")/.."
out=$1
mkdir -p "$out"

# Links where both are on one file system: copying tens of thousands of files takes ten times as long.
link() {
  cp -RPl "$@" 2>/dev/null || cp -RP "$@"
}

# Every project that was built: those that the server refers to, directly or through others.
for dist in apps/*/dist libs/*/dist tools/*/dist; do
  project=${dist%/dist}
  mkdir -p "$out/$project"
  link "$project/package.json" "$dist" "$out/$project/"
done
link package.json node_modules "$out/"
# npm would write this file in place when a package is installed beside the server. Without it, npm reads what is there.
rm -f "$out/node_modules/.package-lock.json"

# The compiler's own files, and links to projects that were left behind.
find "$out/apps" "$out/libs" "$out/tools" \( -name '*.d.ts' -o -name '*.d.ts.map' -o -name '.tsbuildinfo' \) -delete
find "$out/node_modules" -xtype l -delete
# Type declarations and source maps of packages: a third of their size, never read here.
find "$out/node_modules" \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -type f -delete
