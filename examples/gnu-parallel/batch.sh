#!/bin/sh
# Converts one batch: batch.sh PROGRAM OUT FILE...
#
# Exit status 0: all done, or not worth another try. 75 (EX_TEMPFAIL): another
# run may succeed; it skips the files that are done.
set -u

program=$1
out=$2
shift 2

# One conversion at a time: parallel runs a batch on each processor.
records=$(printf '%s\0' "$@" |
    "$program" --json --jobs 1 --skip-existing --out-dir "$out" --null --files-from -)
status=$?
[ -z "$records" ] || printf '%s\n' "$records"

case $status in
    0) exit 0 ;;
    1 | 65 | 66 | 73) ;;       # the records tell
    *) exit "$status" ;;       # ended by a signal, or misused
esac

# A bad PNG stays bad; a full disk may be emptied, and a lost mount may come back.
hopeless='"error":{"code":"ERR_(PNG_[A-Z0-9_]+|PIXEL_LIMIT|OUTPUT_LIMIT|FORMAT)"'
if printf '%s\n' "$records" | grep '"ok":false' | grep -Evq "$hopeless"; then
    exit 75
fi
exit 0
