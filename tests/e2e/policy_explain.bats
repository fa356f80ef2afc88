# callgate explain: the verdict, where it comes from, and why the rules before
# it do not match.

load helper

setup_file() {
	cat >"$BATS_FILE_TMPDIR/p.yaml" <<-'END'
		version: 1
		default: {connect: deny, exec: allow, spawn: allow, socket: ask}
		rules:
		  - id: index
		    exe: /usr/bin/env
		    connect: "tcp:10.0.0.0/8:443"
		    verdict: allow
		  - id: no-metadata
		    connect: "@metadata"
		    verdict: deny
		    errno: EHOSTUNREACH
		    why: cloud credentials are served there
		  - id: under
		    lineage: /usr/bin/env
		    exec: /usr/bin/id
		    verdict: kill
		  - id: root
		    uid: 0
		    socket: inet/raw
		    verdict: allow
		  - id: sockets
		    connect: ["unix:/run/x.sock", "unix:@name", "vsock:2:1024"]
		    verdict: allow
		  - {id: port, bind: "127.0.0.1:8080", verdict: allow}
	END
}

explain() {
	cp "$BATS_FILE_TMPDIR/p.yaml" .
	run --separate-stderr "$CALLGATE" explain p.yaml "$@"
}

# The first line, for a call with these words.
expect_verdict() {
	local expected=$1
	shift
	explain "$@"
	[ "$status" -eq 0 ]
	expect_same "$expected" "${lines[0]}"
}

@test "the verdict, with errno, rule, place and reason" {
	expect_verdict "deny EHOSTUNREACH by no-metadata (p.yaml:8): cloud credentials are served there" \
		connect tcp:169.254.169.254:80
	expect_verdict "allow by index (p.yaml:4)" --exe /usr/bin/env connect tcp:10.1.2.3:443
	expect_verdict "deny EACCES by default (p.yaml:2)" --exe /usr/bin/id connect tcp:10.1.2.3:443
	expect_verdict "deny EPERM by syscall.denied" syscall ptrace
}

@test "a line for each rule before, and one for the rule that decides" {
	explain --exe /usr/bin/id connect tcp:169.254.169.254:80
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ "${lines[1]}" == "  index (p.yaml:4) does not match: "*"/usr/bin/id"*"/usr/bin/env"* ]]
	[[ "${lines[2]}" == "  no-metadata (p.yaml:8) matches: "* ]]
}

@test "every kind of call" {
	expect_verdict "kill by under (p.yaml:13)" --exe /usr/bin/env exec /usr/bin/id
	expect_verdict "allow by default (p.yaml:2)" --exe /usr/bin/env exec /usr/bin/env
	expect_verdict "allow by default (p.yaml:2)" spawn
	expect_verdict "ask by default (p.yaml:2)" socket inet/stream
	expect_verdict "allow by root (p.yaml:17)" --uid 0 socket inet/raw
	expect_verdict "ask by default (p.yaml:2)" --uid 1 socket inet/raw
	expect_verdict "allow by sockets (p.yaml:21)" connect unix:/run/x.sock
	expect_verdict "allow by sockets (p.yaml:21)" connect unix:@name
	expect_verdict "allow by sockets (p.yaml:21)" connect vsock:2:1024
	expect_verdict "allow by port (p.yaml:24)" bind tcp:127.0.0.1:8080
	expect_verdict "deny EACCES by default" bind "tcp:[::1]:8080"
	expect_verdict "deny EACCES by default (p.yaml:2)" connect "udp:[2001:db8::1]:53"
}

@test "the lineage is repeated, the nearest first" {
	expect_verdict "kill by under (p.yaml:13)" --exe /usr/bin/id --lineage /usr/bin/id \
		--lineage /usr/bin/env exec /usr/bin/id
	expect_verdict "allow by default (p.yaml:2)" --exe /usr/bin/id --lineage /usr/bin/id \
		exec /usr/bin/id
	# Without --exe the program has no name, and its ancestors have.
	expect_verdict "kill by under (p.yaml:13)" --lineage /usr/bin/env exec /usr/bin/id
}

@test "links are followed, and said" {
	ln -s /usr/bin/env link
	explain --exe "$PWD/link" connect tcp:10.1.2.3:443
	[ "${lines[0]}" = "allow by index (p.yaml:4)" ]
	[ "${lines[1]}" = "  note: $PWD/link -> /usr/bin/env" ]
}

@test "a script is its interpreter, and said" {
	printf '#!/usr/bin/env sh\n' >script
	chmod 755 script
	cat >s.yaml <<-END
		version: 1
		default: deny
		rules:
		  - {id: script, exe: /usr/bin/env, script: $PWD/script, connect: "*", verdict: allow}
	END
	run --separate-stderr "$CALLGATE" explain s.yaml --exe "$PWD/script" connect tcp:10.1.2.3:1
	[ "${lines[0]}" = "allow by script (s.yaml:4)" ]
	[ "${lines[1]}" = "  note: $PWD/script is a script: what runs is its interpreter" ]
	run --separate-stderr "$CALLGATE" explain s.yaml --exe /usr/bin/env --script "$PWD/script" \
		connect tcp:10.1.2.3:1
	[ "${lines[0]}" = "allow by script (s.yaml:4)" ]
}

@test "a program that does not exist is taken as it is written" {
	explain --exe /nowhere/program connect tcp:10.1.2.3:443
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "deny EACCES by default (p.yaml:2)" ]
	[[ "${lines[1]}" == "  note: /nowhere does not exist"*"; taken as it is written" ]]
}

@test "a near miss ends the denial" {
	explain --exe /usr/bin/env connect tcp:10.1.2.3:444
	[ "${lines[0]}" = "deny EACCES by default (p.yaml:2)" ]
	[[ "$output" == *"rule index (p.yaml:4) would allow this, but the port is 444"* ]]
}

@test "--json has the same in one object" {
	explain --json --exe /usr/bin/id connect tcp:169.254.169.254:80
	[ "$status" -eq 0 ]
	[ "$(jq -r '[.verdict, .errno, .reason, .why, .rule.id, .rule.file, .rule.line] | join(" ")' \
		<<<"$output")" = "deny EHOSTUNREACH rule cloud credentials are served there no-metadata p.yaml 8" ]
	[ "$(jq -c '[.rules[] | [.id, .line, .matches]]' <<<"$output")" = \
		'[["index",4,false],["no-metadata",8,true]]' ]
	[ "$(jq -r '.rules[] | .because | length > 0' <<<"$output" | sort -u)" = true ]
	explain --json --exe /usr/bin/env connect tcp:10.1.2.3:444
	[ "$(jq -r '.verdict, .reason, (.advice | contains("port is 444"))' <<<"$output" | xargs)" = \
		"deny default true" ]
	explain --json spawn
	[ "$(jq -r '.verdict, has("errno"), has("advice")' <<<"$output" | xargs)" = "allow false false" ]
}

# Words that make no call: what is said, and 125.
expect_refusal() {
	local words=$1
	shift
	explain "$@"
	[ "$status" -eq 125 ]
	[ "$output" = "" ]
	[[ "$stderr" == "callgate: "*"$words"* ]] || { echo "$stderr"; return 1; }
}

@test "wrong words are told, with right ones" {
	expect_refusal "did you mean connect?" conect tcp:1.2.3.4:1
	expect_refusal "write one of connect, bind, exec, spawn, socket, socketpair, syscall" frobnicate
	expect_refusal "write connect DESTINATION" connect
	expect_refusal "tcp:ADDRESS:PORT" connect 1.2.3.4:1
	expect_refusal "tcp:ADDRESS:PORT" connect tcp:1.2.3.4
	expect_refusal "tcp:ADDRESS:PORT" connect tcp:1.2.3.4:1,2
	expect_refusal "tcp:ADDRESS:PORT" connect tcp:10.0.0.0/8:1
	expect_refusal "tcp:ADDRESS:PORT" connect "unix:/run/*"
	expect_refusal "tcp:ADDRESS:PORT" connect "*"
	expect_refusal "99999" connect tcp:1.2.3.4:99999
	expect_refusal "FAMILY/TYPE" socket inet
	expect_refusal "absolute path" exec sh
	expect_refusal "absolute path" --exe env spawn
	expect_refusal "number of a user" --uid me spawn
	expect_refusal "number of a user" --uid 4294967295 spawn
	expect_refusal "too much" spawn now
	expect_refusal "nosuchcall" syscall nosuchcall
}

@test "a policy that cannot be loaded is 125" {
	run --separate-stderr "$CALLGATE" explain absent.yaml spawn
	[ "$status" -eq 125 ]
	[[ "$stderr" == "callgate: "*absent.yaml* ]]
}

@test "a name is the first address it has now" {
	expect_verdict "deny EACCES by default (p.yaml:2)" connect tcp:localhost:1
	[[ "${lines[1]}" =~ ^"  note: localhost is "(127.0.0.1|::1)" now"$ ]]
}

@test "a socket's path is the one its directory's links lead to" {
	mkdir real
	ln -s real linked
	cat >u.yaml <<-END
		version: 1
		default: deny
		rules:
		  - {id: sockets, connect: "unix:$PWD/real/*", verdict: allow}
	END
	run --separate-stderr "$CALLGATE" explain u.yaml connect "unix:$PWD/linked/new.sock"
	[ "${lines[0]}" = "allow by sockets (u.yaml:4)" ]
	[ "${lines[1]}" = "  note: $PWD/linked/new.sock is $PWD/real/new.sock" ]
}

@test "scripts that run each other for ever are refused, as by execve(2)" {
	printf '#!%s/loop\n' "$PWD" >loop
	chmod 755 loop
	expect_refusal "too many interpreters" --exe "$PWD/loop" spawn
}
