#!/bin/sh
# OpenSSH's regression tests. Alone: its groups; with a group: what passes. As nobody that is
# little: PAM asks a program that has to gain privileges.
[ $# -gt 0 ] || exec echo '
	agent agent-getpeereid agent-restrict agent-subprocess agent-timeout broken-pipe
	cfgmatchlisten channel-timeout connect connect-privsep connection-timeout dynamic-
	forward envpass exit-status exit-status-signal forcecommand forward-control forwarding
	keyscan localcommand login-timeout multiplex proxy-connect reconfigure reexec scp sftp
	sftp-batch sftp-cmds transfer yes-head'

# sshd of root wants it.
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
cp -a /usr/lib/openssh/regress "$HOME/regress"
cd "$HOME/regress" || exit
export TEST_SHELL=sh TEST_SSH_SSH=ssh TEST_SSH_SFTPSERVER=/usr/lib/openssh/sftp-server \
	TEST_SSH_UNSAFE_PERMISSIONS=1 SUDO=
sh test-exec.sh "$PWD" "$PWD/$1.sh" >/dev/null 2>&1 </dev/zero && echo "$1"
