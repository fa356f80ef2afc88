#!/bin/sh
# The Go standard library's tests. Alone: its groups; with a group: what passes.
[ $# -gt 0 ] || exec echo net net/http os os/exec os/signal syscall internal/poll

cd "/usr/share/go-1.19/src/$1" || exit
# GOPROXY: nothing is fetched.
GOPROXY=off GOCACHE=$CACHE /usr/lib/go-1.19/bin/go test -short -v . 2>/dev/null |
	sed -n 's/^ *--- PASS: \([^ ]*\) .*/\1/p'
