#!/bin/sh
# Stands in for gcloud in a script: notes its arguments, and answers something.
{ for arg; do printf '%s\0' "$arg"; done; printf '\n\0'; } >>"$RECORDED"
echo answer
