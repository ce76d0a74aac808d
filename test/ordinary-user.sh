#!/bin/sh
# The tests of saves and of the command line as an ordinary user: root may do what others may not,
# so some mistakes show only for one of them. Which colours a palette has is the same for both.
set -eu
cd "$(dirname "$0")/.."

make -s build/c/test_faults
set -- node --test test/save-*.test.js test/api-save.test.js test/cli-files.test.js test/cli-icons.test.js test/cli-mistakes.test.js \
    test/cli-run.test.js
if [ "$(id -u)" = 0 ]; then
    nobody='setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp'
else
    nobody=
fi
# shellcheck disable=SC2086 # several words
$nobody build/c/test_faults
# shellcheck disable=SC2086
exec $nobody "$@"
