#!/bin/sh
# Prints seconds as hours, minutes and seconds: sh duration.sh 65 prints 1m 05s

seconds=$1
hours=$((seconds / 3600))
minutes=$((seconds / 60))
rest=$((seconds % 60))

if [ "$hours" -gt 0 ]; then
    printf '%dh %02dm %02ds\n' "$hours" "$minutes" "$rest"
elif [ "$minutes" -gt 0 ]; then
    printf '%dm %02ds\n' "$minutes" "$rest"
else
    printf '%ds\n' "$rest"
fi
