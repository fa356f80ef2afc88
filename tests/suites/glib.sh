#!/bin/sh
# GLib's installed tests. Alone: its groups; with a group: what passes.
[ $# -gt 0 ] || exec echo '
	cancellable credentials gdbus-auth gdbus-connection gdbus-connection-loss gdbus-exit-
	on-close gdbus-names gdbus-non-socket gdbus-overflow gdbus-peer gdbus-peer-object-
	manager gdbus-proxy gdbus-server-auth gsocketclient-slow gsubprocess live-g-file
	mainloop network-address network-monitor network-monitor-race pollable proxy-test
	socket socket-listener socket-service spawn-multithreaded spawn-path-search spawn-
	singlethread spawn-test stream-rw_all testing thread thread-pool unix unix-fd unix-
	streams'

timeout 120 "/usr/libexec/installed-tests/glib/$1" --tap 2>/dev/null |
	sed -n '/# SKIP/d; s/^ok [0-9]* //p'
