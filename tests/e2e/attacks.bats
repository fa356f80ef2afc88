# Races against the judgement: what is judged changes while it is judged. Each
# attack gets through under audit, which lets every call go on after looking at
# it, and never under enforce.

load judged

TRIES=3000 TIME=2
[ -z "${CALLGATE_SOAK:-}" ] || TRIES=100000 TIME=10

# How many calls of audit's log were judged to be allowed, and reached the
# forbidden place nevertheless: what checking first and continuing is worth.
passed_the_check() {
	paste -d ' ' <(events ".call == \"$1\" and (.exe | endswith(\"/attack_address\"))" |
		jq -r .would) <(fold -w 1 records) | grep -c '^allow F$'
}

# A machine that runs one task at a time may need several runs until one is raced.
address_passes_audit() {
	rm -f "$LOG"
	audit "$FIXTURES/attack_address" "$1" "$2" 1000 "$TIME" records >said || true
	cat said
	expect_escapes said && [ "$(passed_the_check "${1%_name}")" -gt 0 ]
}

socket_passes_audit() {
	rm -f "$LOG"
	audit "$FIXTURES/attack_descriptor" "$1" 3000 "$TIME" >said || true
	cat said
	expect_escapes said
}

# What shows that the attack was tried: both of what was in memory were met.
BOTH_MET='*: [1-9]* denied, [1-9]* allowed*'

is_held() {
	local met=$1
	shift
	rm -f "$LOG"
	run enforce "$@"
	echo "$output" | tail -n 1 | tee said
	expect_no_escape said || { escaped=yes; return 0; }
	# shellcheck disable=SC2053 # a pattern
	[[ "$output" == $met ]]
}

# expect_held MET ATTACK...: held in every run; and one of them ends as MET has it, which
# on a machine that runs one task at a time may not be the first.
expect_held() {
	local escaped=
	eventually is_held "$@"
	[ -z "$escaped" ]
}

attack_address() {
	local call
	policy_allowing 127.0.0.2
	[ "$1" != writev ] || echo 'syscalls: {allow: process_vm_writev}' >>policy.yaml
	for call in connect sendto sendmsg sendmmsg sendmsg_name sendmmsg_name; do
		echo "$call, $1"
		eventually address_passes_audit "$call" "$1"
		expect_held "${BOTH_MET/%\*/, 0 killed*}" \
			"$FIXTURES/attack_address" "$call" "$1" "$TRIES" "$TIME"
		expect_event '.verdict == "deny" and .call == "'"${call%_name}"'" and .errno == "EACCES"'
		rm -f "$LOG"
	done
}

@test "an address that a thread changes" {
	attack_address thread
}

@test "an address that a process changes in shared memory" {
	attack_address process
}

@test "an address that changes by another mapping of its memory" {
	attack_address mapping
}

@test "an address that process_vm_writev changes" {
	attack_address writev
}

@test "a socket that is swapped for another one" {
	local call
	policy_allowing udp:127.0.0.2
	for call in connect sendto sendmsg; do
		echo "$call"
		eventually socket_passes_audit "$call"
		expect_held "$BOTH_MET" "$FIXTURES/attack_descriptor" "$call" "$TRIES" "$TIME"
		rm -f "$LOG"
	done
}

stream_passes_audit() {
	rm -f "$LOG"
	audit "$FIXTURES/attack_stream" "$1" 3000 "$TIME" >said || true
	cat said
	expect_escapes said
}

@test "a Unix stream, in whose place another socket is put" {
	local who
	policy <<<'default: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}'
	for who in thread process; do
		eventually stream_passes_audit "$who"
		expect_held "$BOTH_MET" "$FIXTURES/attack_stream" "$who" "$TRIES" "$TIME"
		rm -f "$LOG"
	done
}

@test "a socket that is swapped for one that listen(2) would bind" {
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules: [{bind: ["unix:@*", "127.0.0.2"], verdict: allow}]
	POLICY
	eventually socket_passes_audit listen
	expect_held "$BOTH_MET" "$FIXTURES/attack_descriptor" listen "$TRIES" "$TIME"
}

@test "a socket that becomes one of another family" {
	policy_allowing 127.0.0.2
	passes_audit() {
		rm -f "$LOG"
		audit "$FIXTURES/attack_family" "$TRIES" "$TIME" >said || true
		cat said
		expect_escapes said
	}
	eventually passes_audit
	rm -f "$LOG"
	run enforce "$FIXTURES/attack_family" "$TRIES" "$TIME"
	echo "$output" | tee said
	expect_no_escape said
	# An IPv4 one's is judged, an IPv6 one's goes where it is connected to.
	[[ "$output" == *': '[1-9]*' denied'* ]]
}

# By the kernel's hand, or that of a process which shares it; no descriptor changes.
@test "a socket that loses its port while it is looked at for listen(2)" {
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules: [{connect: "127.0.0.2", bind: "127.0.0.2", verdict: allow}]
	POLICY
	passes_audit() {
		rm -f "$LOG"
		audit "$FIXTURES/attack_listen" 250 "$TIME" >said || true
		cat said
		expect_escapes said
	}
	eventually passes_audit
	expect_held '*: [1-9]* denied*' "$FIXTURES/attack_listen" 250 "$TIME"
	expect_event '.call == "listen" and .verdict == "deny" and .socket.unbound'
	# To look at a socket does nothing to it.
	run "$FIXTURES/attack_port" 100 "$TIME"
	expect_escapes <(echo "$output")
	run enforce "$FIXTURES/attack_port" 200 "$TIME"
	echo "$output" | tee said
	expect_no_escape said
}

# Two programs that are the same but for a byte after their end.
make_programs() {
	rm -rf programs
	mkdir programs
	cp "$FIXTURES/attack_exec" programs/run_a
	cp "$FIXTURES/attack_exec" programs/run_b
	printf E >>programs/run_b
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: allow}
		rules:
		  - id: the-attack
		    exec: "$(readlink -f "$FIXTURES/attack_exec")"
		    verdict: allow
		  - id: the-good-one
		    exec: "$PWD/programs/run_a"
		    verdict: allow
	POLICY
}

exec_passes_audit() {
	rm -f "$LOG"
	make_programs
	audit "$FIXTURES/attack_exec" "$1" "$PWD/programs/run_a" "$PWD/programs/run_b" 1000 "$TIME" |
		tail -n 1 >said || true
	cat said
	expect_escapes said
}

attack_exec() {
	eventually exec_passes_audit "$1"
	rm -f "$LOG"
	make_programs
	run enforce "$FIXTURES/attack_exec" "$1" "$PWD/programs/run_a" "$PWD/programs/run_b" \
		"$TRIES" "$TIME"
	echo "$output" | tail -n 1 | tee said
	expect_no_escape said
}

# Whoever was killed was killed for what the log says.
expect_tampering_reported() {
	local killed
	killed=$(sed -n 's/.* \([0-9]*\) killed$/\1/p' said)
	[ "$killed" -eq 0 ] || expect_event '.reason == "exec.tampered" and .verdict == "kill"'
	[ "$(count_events '.reason == "exec.tampered"')" -ge "$killed" ]
}

@test "a path that a thread changes under an exec" {
	attack_exec thread
	expect_tampering_reported
}

@test "a path that a process changes in shared memory under an exec" {
	attack_exec process
	expect_tampering_reported
}

@test "a path that the parent of a child without memory of its own changes" {
	attack_exec vm
	expect_tampering_reported
}

@test "a link that is replaced under an exec" {
	attack_exec symlink
	expect_tampering_reported
}

@test "a link that is replaced under an exec, between programs that have run and are known" {
	rm -f "$LOG"
	make_programs
	sleep 2.2 # of files that were changed just now nothing is remembered
	run enforce "$FIXTURES/attack_exec" symlink "$PWD/programs/run_a" "$PWD/programs/run_b" \
		"$TRIES" "$TIME"
	echo "$output" | tail -n 1 | tee said
	expect_no_escape said
	[[ "$output" == *' '[1-9]*' allowed'* ]]
	expect_tampering_reported
}

@test "a program that is exchanged under an exec" {
	attack_exec rename
}

@test "two threads that exec two programs at once" {
	attack_exec both
	expect_event '.verdict == "deny" and (.call == "execve") and .errno == "EACCES"'
}

@test "an argument that changes under an exec is logged as the program got it" {
	make_programs
	run enforce "$FIXTURES/attack_exec" argv "$PWD/programs/run_a" "$PWD/programs/run_b" \
		"$TRIES" "$TIME"
	echo "$output" | tail -n 1 | tee said
	expect_no_escape said
	grep '^[0-9]* [xy]$' <<<"$output" | sort >got
	grep -q x got
	grep -q y got
	events '.call == "execve" and .result == 0 and (.args.path | endswith("/run_a"))' |
		jq -r '"\(.pid) \(.args.argv[1])"' | sort >logged
	run diff got logged
	echo "$output" | head -n 20
	[ "$status" -eq 0 ]
}

# The log's processes that have a call with the verdict kill, and did not end by it.
outlived() {
	jq -rs '[.[] | select(.verdict == "kill").pid] -
		[.[] | select(.type == "exit" and .signal == "SIGKILL").pid] | .[]' "$LOG"
}

raced_kill_is_held() {
	rm -f "$LOG"
	run enforce -k "$FIXTURES/attack_outlive" "$1" $((TRIES / 20)) 1
	echo "$output" | tail -n 1 | tee said
	[ -z "$(outlived)" ] && expect_no_escape said || { escaped=yes; return 0; }
	# The thread was gone before its stack could be taken.
	expect_event '.verdict == "kill" and .reason == "rule" and (.stack | not)'
}

# With -k the process is killed once the call's stack is taken.
@test "what a process is to be killed for, and its thread leaves by another one's exec" {
	local who escaped=
	policy <<-'POLICY'
		default: allow
		rules: [{connect: "127.0.0.3", verdict: kill}]
	POLICY
	for who in first second; do
		audit "$FIXTURES/attack_outlive" "$who" 50 1 >said || true
		expect_escapes said
		eventually raced_kill_is_held "$who"
		[ -z "$escaped" ]
	done
}

bind_passes_audit() {
	rm -rf "$LOG" place
	mkdir place
	audit "$FIXTURES/attack_bind" place 50 1 >said || true
	cat said
	expect_escapes said
}

bind_is_held() {
	rm -rf "$LOG" place
	mkdir place
	run enforce "$FIXTURES/attack_bind" place $((TRIES / 20)) 1
	echo "$output" | tail -n 1 | tee said
	expect_no_escape said || { escaped=yes; return 0; }
	[[ "$output" == *', '[1-9]*' killed' ]]
}

@test "a path that leads elsewhere by the time of a bind" {
	local escaped=
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules: [{bind: "unix:$PWD/place/allowed/*", verdict: allow}]
	POLICY
	eventually bind_passes_audit
	eventually bind_is_held
	[ -z "$escaped" ]
	expect_event '.call == "bind" and .verdict == "kill" and .reason == "raced"'
	run "$CALLGATE" check policy.yaml --against "$LOG"
	[[ "$output" == *$'\n0 of '*' verdicts are not those recorded'* ]]
}

beneath_is_held() {
	local as_other=()
	! is_root || as_other=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	rm -rf place/*
	run "${as_other[@]}" ./callgate enforce -p policy.yaml -o /dev/null --kill-on-exit \
		./attack_bind place "$TRIES" "$TIME" /dev/null beneath
	echo "$output" | tail -n 1 | tee said
	expect_no_escape said || { escaped=yes; return 0; }
	[[ "$output" == *', '[1-9]*' killed' ]]
}

@test "... where whoever is no root could take another socket for the one that was bound" {
	local escaped='' other
	other=$(mktemp -d)
	cd "$other"
	mkdir -m 777 place
	cp "$CALLGATE" callgate
	cp "$FIXTURES/attack_bind" .
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules: [{bind: "unix:$other/place/allowed/*", verdict: allow}]
	POLICY
	chmod -R a+rX .
	eventually beneath_is_held
	rm -rf "$other"
	[ -z "$escaped" ]
}
