#!/bin/bash
# Is gcloud or curl, by the name it is called by: the test that runs this answers. A process of Node for
# each call would take most of the time of the tests.
exec 3<>"/dev/tcp/127.0.0.1/$FAKE_CLOUD_PORT"
case " $* " in *' --data-file - '*) IFS= read -r -d '' stdin ;; esac
printf '%s\0' "$#" "$PWD" "${0##*/}" "$stdin" "$@" >&3
IFS= read -r status <&3
IFS= read -r -d '' output <&3
if [ "$status" = 0 ]; then printf '%s' "$output"; else printf '%s' "$output" >&2; fi
exit "$status"
