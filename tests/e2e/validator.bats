# The validator of logs itself: a whole log passes, and each way to spoil it is
# found, in the right line. tests/schema/good.jsonl has every type of event.

load helper

VALIDATE=$SOURCE/tests/schema/validate
GOOD=$SOURCE/tests/schema/good.jsonl

# spoiled LINE WORDS SED-SCRIPT: the log after the script is refused, naming the line.
spoiled() {
	sed -E "$3" "$GOOD" >spoiled.log
	! cmp -s "$GOOD" spoiled.log || { echo "the script changes nothing: $3"; return 1; }
	run "$VALIDATE" spoiled.log
	[ "$status" -eq 1 ] || { echo "accepted: $3"; return 1; }
	[[ "$output" == *"spoiled.log:$1: "*"$2"* ]] || { echo "$3: $output"; return 1; }
}

@test "a whole log with every type of event is right" {
	run "$VALIDATE" "$GOOD"
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
}

@test "a field of the wrong type, a missing one and an unknown word are faults" {
	spoiled 1 command '1s/"command":\[[^]]*\]/"command":"sh"/'
	spoiled 3 comm '3s/"comm":"callgate",//'
	spoiled 4 verdict '4s/"verdict":"allow"/"verdict":"maybe"/'
	spoiled 6 error '6s/"error":"ECONNREFUSED"/"error":-111/'
	spoiled 6 result '6s/"result":-111/"result":"-111"/'
	spoiled 8 code '8s/"code":"abi.unknown"/"code":"Abi unknown"/'
	spoiled 14 lost '14s/"lost":0,//'
	spoiled 2 time '2s/"time":"[^"]*"/"time":"yesterday"/'
	spoiled 2 v '2s/"v":1/"v":2/'
	spoiled 2 type '2s/"type":"start"/"type":"begin"/'
}

@test "a process id is not a boolean, and a count is not a fraction" {
	spoiled 2 parent '2s/"parent":2/"parent":true/'
	spoiled 2 NaN '2s/"mono_ns":2000/"mono_ns":NaN/'
	spoiled 2 mono_ns '2s/"mono_ns":2000/"mono_ns":2000.5/'
}

@test "a denial without its errno, or an audit that denies, is a fault" {
	spoiled 10 errno '10s/"errno":"EHOSTUNREACH",//'
	spoiled 11 would '11s/"would":"deny",//'
	spoiled 11 verdict '11s/"verdict":"allow"/"verdict":"deny"/'
}

@test "an exit has a status or a signal, and not both" {
	spoiled 13 '' '13s/"exit_code":139,//'
	spoiled 13 '' '13s/"exit_code":139,/&"signal":"SIGSEGV","core_dumped":false,/'
}

@test "bytes that are no JSON, a cut line and a member that is there twice are faults" {
	spoiled 5 '' '5s/\}$//'
	spoiled 5 pid '5s/"pid":6/"pid":6,"pid":6/'
	head -c -1 "$GOOD" >cut.log
	run "$VALIDATE" cut.log
	[ "$status" -eq 1 ]
	[[ "$output" == *"cut.log:14: the line does not end"* ]]
}

@test "a gap in seq is found" {
	spoiled 8 "seq is 9 after 7" '8d'
}

@test "the session is first and the summary is last" {
	spoiled 1 "no session" '1d'
	spoiled 13 "not the summary" '14d'
	sed -n -e 1p -e '14s/"seq":14/"seq":2/p' "$GOOD" >late.log
	sed -n '2s/"seq":2/"seq":3/p' "$GOOD" >>late.log
	run "$VALIDATE" late.log
	[ "$status" -eq 1 ]
	[[ "$output" == *"late.log:3: start after the summary"* ]]
}

@test "a call before its task's start or after its exit is found" {
	spoiled 4 "task 9 does not run" '4s/"pid":5,"tid":5/"pid":9,"tid":9/'
	spoiled 11 "task 7 does not run" '11s/"pid":6,"tid":6/"pid":6,"tid":7/'
	spoiled 6 "task 6 is of process 6, not 5" '6s/"pid":6,"tid":6/"pid":5,"tid":6/'
}

@test "a task that starts twice, and one that never ends, are found" {
	spoiled 7 "task 6 starts while it runs" '7s/"tid":7/"tid":6/'
	spoiled 7 "process 8, which does not run" '7s/"pid":6,"tid":7/"pid":8,"tid":7/'
	spoiled 14 "task 6 of process 6 has no exit" \
		'12s/.*/{"v":1,"type":"warning","seq":12,"time":"2026-01-02T03:04:05.000012000Z","mono_ns":12000,"code":"a","text":"b"}/'
}

@test "a log cut off is right with --partial, and only then" {
	head -n 6 "$GOOD" >partial.log
	run "$VALIDATE" partial.log
	[ "$status" -eq 1 ]
	"$VALIDATE" --partial partial.log
}

@test "a fault in one of several logs is a fault of all" {
	sed 5d "$GOOD" >bad.log
	run "$VALIDATE" "$GOOD" bad.log "$GOOD"
	[ "$status" -eq 1 ]
}

@test "without fastjsonschema the other library finds the same" {
	python3 -c 'import jsonschema' || skip "python3-jsonschema is not installed"
	mkdir none
	echo 'raise ImportError' >none/fastjsonschema.py
	PYTHONPATH=none "$VALIDATE" "$GOOD"
	sed '4s/"verdict":"allow"/"verdict":"maybe"/' "$GOOD" >bad.log
	PYTHONPATH=none run "$VALIDATE" bad.log
	[ "$status" -eq 1 ]
	[[ "$output" == *"bad.log:4: "*verdict* ]]
}
