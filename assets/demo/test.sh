#!/bin/sh
# The test of duration.sh. Exits 0 when every case is as expected.

cd "$(dirname "$0")" || exit 1
cases=0
failed=0

# check SECONDS OUTPUT EXIT_CODE
check() {
    cases=$((cases + 1))
    output=$(sh duration.sh "$1" 2>/dev/null)
    code=$?
    if [ "$output" = "$2" ] && [ "$code" -eq "$3" ]; then
        echo "ok    $1"
    else
        failed=$((failed + 1))
        echo "FAIL  $1: expected '$2' and exit code $3, got '$output' and $code"
    fi
}

check 0 '0s' 0
check 59 '59s' 0
check 65 '1m 05s' 0
check 3723 '1h 02m 03s' 0
check -5 '' 2

if [ "$failed" -gt 0 ]; then
    echo "$failed of $cases cases fail"
    exit 1
fi
echo "all $cases cases pass"
