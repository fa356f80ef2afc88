# callgate import: policies of other programs become policies of ours.

load judged

openshell_policy() {
	cat >openshell.yaml <<-POLICY
		version: 1
		filesystem_policy:
		  include_workdir: true
		  read_only: [/]
		network_policies:
		  fetch:
		    endpoints:
		      - {host: 198.51.100.1, port: 443, protocol: rest, access: read-only}
		    binaries: [{path: /usr/bin/curl}]
	POLICY
}

@test "openshell: the policy goes to the standard output, what is not held to the error" {
	openshell_policy
	run -0 --separate-stderr "$CALLGATE" import openshell openshell.yaml
	[[ "$stderr" == *'callgate: not held: openshell.yaml:8:41: "protocol"'* ]]
	[[ "$output" == '# not held: openshell.yaml:8:41: "protocol"'* ]]
	printf '%s\n' "$output" >policy.yaml
	run -0 "$CALLGATE" explain policy.yaml --exe /usr/bin/curl connect tcp:198.51.100.1:443
	[[ "$output" == allow* ]]
	run -0 "$CALLGATE" explain policy.yaml --exe /usr/bin/wget connect tcp:198.51.100.1:443
	[[ "$output" == deny* ]]
}

@test "openshell: --strict writes nothing when something is not held" {
	openshell_policy
	run --separate-stderr "$CALLGATE" import --strict openshell openshell.yaml
	[ "$status" -eq 125 ]
	[ "$output" = '' ]
	sed -i 's/, protocol.*}/}/' openshell.yaml
	run -0 "$CALLGATE" import --strict openshell openshell.yaml
}

@test "openshell: an imported policy holds a run" {
	openshell_policy
	"$CALLGATE" import openshell openshell.yaml >policy.yaml
	start_web_server
	run enforce curl -s --max-time 20 "http://127.0.0.1:$PORT/"
	[ "$status" -eq 7 ]
	expect_event '.call == "connect" and .verdict == "deny" and .rule.id == "openshell-never"'
	enforce sh -c 'echo inside >here'
	run enforce sh -c 'echo outside >/tmp/callgate-import-test'
	[ "$status" -ne 0 ]
}

@test "codex: modes with directories that may be written" {
	mkdir project
	"$CALLGATE" import codex restricted --write project >policy.yaml
	enforce touch project/file
	run enforce touch other
	[ "$status" -ne 0 ]
	run enforce /usr/bin/python3 -c 'import socket; socket.socket()'
	[ "$status" -eq 1 ]
	"$CALLGATE" import codex full-access >policy.yaml
	enforce touch other
	run "$CALLGATE" import codex loose
	[ "$status" -eq 125 ]
	[[ "$output" == *'restricted, proxy or full-access'* ]]
}

@test "what is no source is told" {
	run "$CALLGATE" import dockerfile x
	[ "$status" -eq 125 ]
	[[ "$output" == *'openshell FILE or codex MODE'* ]]
	run "$CALLGATE" import openshell missing.yaml
	[ "$status" -eq 125 ]
	[[ "$output" == *missing.yaml* ]]
}
