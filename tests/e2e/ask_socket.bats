# Programs at the gate: questions and answers over a socket.

# shellcheck disable=SC2016,SC2030,SC2031

load judged

# The example of the documentation, run with these arguments; what it was told is in
# the file told.
start_example() {
	sed -n '/^```python$/,/^```$/p' "$SOURCE/docs/ask.md" | grep -v '^```' >answer.py
	python3 answer.py sock "$@" 2>told 3>&- &
	SERVERS+=($!)
}

ask() {
	timeout --kill-after=5 "$DEADLINE" "$CALLGATE" ask --ask-socket sock --log "$LOG" \
		-o "$TEXT" "$@"
}

# Starts it in the background; its output is in said.
start_ask() {
	ask "$@" >said 2>&1 3>&- &
	GATE=$!
	eventually grep -qs start "$LOG"
}

# client NAME: a program that copies all it is sent to the file NAME, and sends the
# lines that are written to NAME.send.
client() {
	mkfifo "$1.send"
	python3 -c '
import socket, sys, threading
s = socket.socket(socket.AF_UNIX)
s.connect("sock")
def send():
    with open(sys.argv[1] + ".send") as f:
        for line in f:
            s.sendall(line.encode())
threading.Thread(target=send, daemon=True).start()
with open(sys.argv[1], "wb", buffering=0) as f:
    while data := s.recv(65536):
        f.write(data)' "$1" 3>&- &
	SERVERS+=($!)
	CLIENT=$!
	# Also for reading: it is not waited for a program that could not connect.
	exec {sender}<>"$1.send"
	SENDERS[$1]=$sender
	eventually grep -q hello "$1"
}

declare -A SENDERS=()

tell() {
	echo "$2" >&"${SENDERS[$1]}"
}

@test "the documentation's example is short, and answers" {
	start_web_server
	start_example /usr/bin/ "127.0.0.1:$PORT"
	[ "$(wc -l <answer.py)" -le 40 ]
	run ask --save policy.yaml -- sh -c "curl -s http://127.0.0.1:$PORT/; curl -s http://[::1]:81/; echo \$?"
	echo "$output"
	[ "$output" = $'this is the page\n7' ]
	[ "$(enforce curl -s "http://127.0.0.1:$PORT/")" = 'this is the page' ]
}

@test "a request has the event of the log, and rules that can be kept" {
	start_example /usr/bin/
	run ask -- curl -s http://127.0.0.1:81/
	[ "$status" -eq 7 ]
	jq -s '.[0]' told
	[ "$(jq -s -c '.[0] | [.type, .v]' told)" = '["hello",1]' ]
	jq -c 'select(.type == "request") | .event' told >event
	[ "$(jq -c '[.type, .call, .exe, .verdict, .args.port, .result, .seq]' event)" = \
		'["call","connect","/usr/bin/curl","ask",81,null,0]' ]
	# What the log has in the end is the same call.
	[ "$(jq -c '[.pid, .tid, .time, .args]' event)" = \
		"$(events '.call == "connect" and .args.family == "inet"' | jq -c '[.pid, .tid, .time, .args]')" ]
	[ "$(jq -r 'select(.type == "request") | .rules[0]' told)" = \
		'{exe: "/usr/bin/curl", connect: "127.0.0.1:81", verdict: allow}' ]
}

@test "npm install from a local registry: what was saved is enough for enforce, and needed" {
	mkdir -p www pkg/package project
	echo '{"name": "thing", "version": "1.2.3", "scripts": {"postinstall": "touch made"}}' \
		>pkg/package/package.json
	tar -C pkg -czf www/thing.tgz package
	start_web_server
	printf '{"name": "thing", "dist-tags": {"latest": "1.2.3"}, "versions": {"1.2.3":
		{"name": "thing", "version": "1.2.3", "hasInstallScript": true,
		 "dist": {"tarball": "http://127.0.0.1:%s/thing.tgz", "shasum": "%s"}}}}' \
		"$PORT" "$(sha1sum www/thing.tgz | cut -d ' ' -f 1)" >www/thing
	export HOME=$PWD
	install=(npm install --prefix project --no-audit --no-fund --no-update-notifier
		--fetch-retries 0 --registry "http://127.0.0.1:$PORT/" thing)
	start_example / "127.0.0.1:$PORT"
	ask --save policy.yaml -- "${install[@]}"
	[ -e project/node_modules/thing/made ]
	cat policy.yaml
	rm -r project/* .npm
	enforce "${install[@]}"
	[ -e project/node_modules/thing/made ]
	rm -r project/* .npm
	sed -i "/127.0.0.1:$PORT/d" policy.yaml
	run ! enforce "${install[@]}"
	[ ! -e project/node_modules/thing/made ]
}

@test "pip install from a directory: the same" {
	python3 -m pip --version || skip 'needs pip'
	mkdir shelf
	python3 -c '
import zipfile
with zipfile.ZipFile("shelf/thing-1-py3-none-any.whl", "w") as z:
    z.writestr("thing.py", "x = 1\n")
    z.writestr("thing-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1\n")
    z.writestr("thing-1.dist-info/WHEEL",
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    z.writestr("thing-1.dist-info/RECORD", "")'
	# Not by a script that stands in for it, as of pyenv: that does what it does one time only.
	python=$(python3 -c 'import sys; print(sys.executable)')
	# A program of its own does the work, so that there is something to ask about.
	install=(env "$python" -m pip install --no-index --find-links shelf --no-deps
		--disable-pip-version-check --target out thing)
	export HOME=$PWD
	start_example /
	ask --save policy.yaml -- "${install[@]}"
	[ -e out/thing.py ]
	cat policy.yaml
	rm -r out
	enforce "${install[@]}"
	[ -e out/thing.py ]
	rm -r out
	sed -i '/exec: .*python/d' policy.yaml
	run ! enforce "${install[@]}"
}

# Saves a rule for each of twenty ports from $2 on, answered over the socket $1.
save_twenty() {
	python3 answer.py "$1" / 127.0.0.1 2>/dev/null 3>&- &
	SERVERS+=($!)
	"$CALLGATE" ask --ask-socket "$1" --save both.yaml -o /dev/null -- \
		sh -c "for i in \$(seq $2 $(($2 + 19))); do curl -s http://127.0.0.1:\$i/ & done; wait" 3>&- &
}

@test "two that save to one file at the same time: every rule is there, and the file is good" {
	start_example / 127.0.0.1
	save_twenty one.sock 101
	first=$!
	save_twenty two.sock 201
	wait "$first" "$!"
	"$CALLGATE" check both.yaml >checked || [ $? -eq 1 ]
	[ "$(grep -o 'connect: "127.0.0.1:[12][0-9]*"' both.yaml | sort -u | wc -l)" -eq 40 ]
	[ "$(grep -c '^version: 1$' both.yaml)" -eq 1 ]
	[ "$(grep -c '^  - {' both.yaml)" -eq "$(grep -c verdict both.yaml)" ]
}

@test "every client gets every question; the first answer counts, and all hear of it" {
	start_ask -- sh -c 'curl -s http://127.0.0.1:81/; curl -s http://127.0.0.1:82/'
	client one
	client two
	eventually grep -q '"request"' one
	eventually grep -q '"request"' two
	tell one '{"id":1,"verdict":"allow","scope":"run"}'
	eventually grep -q '"done","id":1' two
	eventually grep -q '"request","id":2' two
	tell two '{"id":1,"verdict":"allow"}'
	eventually grep -q 'no such request' two
	run ! grep -q 'no such request' one
	tell two '{"id":2,"verdict":"deny"}'
	eventually grep -q '"request","id":3' one
	tell one '{"id":3,"verdict":"deny"}'
	ended=0
	wait "$GATE" || ended=$?
	[ "$ended" -eq 7 ]
	expect_event '.reason == "ask.denied"'
}

@test "while a question is open nobody is let through: not who asks the same, not who asks another thing" {
	start_web_server
	policy <<-'POLICY'
		default: {connect: ask, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - connect: "127.0.0.3"
		    verdict: deny
	POLICY
	start_ask -p policy.yaml -- sh -c "curl -s http://127.0.0.1:$PORT/ & curl -s http://127.0.0.1:$PORT/ &
		curl -s http://127.0.0.2:$PORT/ & curl -s http://127.0.0.3:$PORT/; echo policy \$?; wait"
	client one
	eventually grep -q 'connect to tcp 127.0.0.1' one
	eventually grep -q 'connect to tcp 127.0.0.2' one
	# What the policy decides by itself needs no answer, and is no reason to wait.
	eventually grep -q 'policy 7' said
	[ "$(cat said)" = 'policy 7' ]
	tell one "$(jq -c 'select(.type == "request" and (.wants | contains("127.0.0.2"))) | {id, verdict: "deny"}' one)"
	eventually grep -q '"done"' one
	[ "$(cat said)" = 'policy 7' ]
	tell one "$(jq -c 'select(.type == "request" and (.wants | contains("127.0.0.1"))) | {id, verdict: "allow"}' one)"
	wait "$GATE"
	[ "$(grep -c 'this is the page' said)" -eq 2 ]
	expect_events 2 '.call == "connect" and .reason == "ask.once"'
}

@test "a client that comes again gets what is open: nothing is lost" {
	start_ask -- sh -c 'curl -s http://127.0.0.1:81/ & curl -s http://127.0.0.1:82/; wait $!; echo $?'
	client one
	eventually grep -q '"id":1,' one
	tell one '{"id":1,"verdict":"allow","scope":"run"}'
	eventually grep -q 'connect to tcp 127.0.0.1:81' one
	eventually grep -q 'connect to tcp 127.0.0.1:82' one
	kill "$CLIENT"
	client again
	eventually grep -q 'connect to tcp 127.0.0.1:81' again
	eventually grep -q 'connect to tcp 127.0.0.1:82' again
	run ! grep -q 'wants to run' again
	for id in $(jq 'select(.type == "request").id' again); do
		tell again "{\"id\":$id,\"verdict\":\"deny\"}"
	done
	wait "$GATE"
	[ "$(cat said)" = 7 ]
}

@test "an answer that is wrong is told so, and the question stays" {
	start_ask -- curl -s http://127.0.0.1:81/
	client one
	eventually grep -q '"request"' one
	local wrong=(nonsense '[]' '{}' '{"id":"1"}' '{"id":1}' '{"id":1,"verdict":"ask"}' '{"id":9,"verdict":"deny"}'
		'{"id":1,"verdict":"deny","scope":"for ever"}' '{"id":1,"verdict":"deny","scop":"run"}'
		'{"id":1,"id":1,"verdict":"deny"}' '{"id":1,"verdict":"deny","rule":"{verdict: deny}"}'
		'{"id":1,"verdict":"allow","scope":"run","rule":"{connect: 10.0.0.1, verdict: allow}"}'
		'{"id":1,"verdict":"allow","scope":"run","rule":"{verdict: ask}"}'
		'{"id":1,"verdict":"allow","scope":"run","rule":"nothing"}'
		'{"id":1,"verdict":"allow","scope":"save"}')
	for answer in "${wrong[@]}"; do
		tell one "$answer"
	done
	errors() { [ "$(grep -c '"type":"error"' one)" -eq ${#wrong[@]} ]; }
	eventually errors
	cat one
	grep -q 'start with --save FILE' one
	tell one '{"id":1,"verdict":"deny"}'
	ended=0
	wait "$GATE" || ended=$?
	[ "$ended" -eq 7 ]
}

@test "nobody answers: denied when the time is over" {
	run ask --ask-timeout 500ms -- curl -s http://127.0.0.1:81/
	[ "$status" -eq 7 ]
	expect_event '.reason == "ask.unanswered" and .verdict == "deny"'
}

@test "a process that dies withdraws its question" {
	policy <<<'default: {connect: ask, bind: deny, exec: allow, spawn: allow, socket: allow}'
	start_ask -p policy.yaml -- sh -c 'curl -s http://127.0.0.1:81/ &
		until [ -e go ]; do sleep 0.05; done; kill -KILL $!; wait $!'
	client one
	eventually grep -q '"request","id":1' one
	touch go
	eventually grep -q '"done","id":1' one
	ended=0
	wait "$GATE" || ended=$?
	[ "$ended" -eq 137 ]
}

@test "the command cannot answer its own questions" {
	cat >cheat <<-'PY'
		import json, socket
		s = socket.socket(socket.AF_UNIX)
		s.connect("sock")
		lines = s.makefile()
		print(lines.readline().strip())
		print("end" if not lines.readline() else "more")
	PY
	policy <<-'POLICY'
		default: {connect: ask, bind: ask, exec: allow, spawn: allow, socket: allow}
		rules:
		  - connect: "unix:*"
		    verdict: allow
	POLICY
	run ask -p policy.yaml -- python3 cheat
	echo "$output"
	[[ "$output" == *'may not answer its own questions'*$'\nend' ]]
}

@test "another user cannot answer" {
	is_root || skip 'needs a second user'
	local reachable
	reachable=$(mktemp -d)
	chmod 755 "$reachable"
	start_ask --ask-socket "$reachable/sock" -- curl -s http://127.0.0.1:81/
	[ "$(stat -c %a "$reachable/sock")" = 600 ]
	chmod 666 "$reachable/sock"
	run setpriv --reuid 65534 --clear-groups /usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); print(s.recv(999).decode())' "$reachable/sock"
	/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b"{\"id\":1,\"verdict\":\"deny\"}\n")
while s.recv(999): pass' "$reachable/sock"
	wait "$GATE" || true
	rm -r "$reachable"
	[[ "$output" == *'only the user who runs callgate may answer'* ]]
}

@test "the socket is gone afterwards; one that a killed callgate left is replaced, another file is not" {
	ask -- true
	[ ! -e sock ]
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'
	ask -- true
	[ ! -e sock ]
	echo mine >sock
	run ask -- true
	[ "$status" -eq 125 ]
	[[ "$output" == *'cannot listen at sock'* ]]
	[ "$(cat sock)" = mine ]
}

@test "50 questions at once, answered in any order" {
	cat >answers <<-'PY'
		import json, random, socket
		s = socket.socket(socket.AF_UNIX)
		s.connect("sock")
		def answer(id, verdict, scope):
		    s.sendall(json.dumps({"id": id, "verdict": verdict, "scope": scope}).encode() + b"\n")
		waiting = []
		for line in s.makefile():
		    m = json.loads(line)
		    if m["type"] != "request":
		        continue
		    if m["event"]["kind"] == "exec":
		        answer(m["id"], "allow", "run")
		        continue
		    waiting.append(m["id"])
		    if len(waiting) == 50:
		        random.shuffle(waiting)
		        for i in waiting:
		            answer(i, "deny", "once")
	PY
	start_ask -- sh -c 'for i in $(seq 101 150); do curl -s http://127.0.0.1:$i/ & done; wait'
	python3 answers 3>&- &
	SERVERS+=($!)
	wait "$GATE"
	expect_events 50 '.call == "connect" and .reason == "ask.denied"'
}

@test "a socket that a thread swaps before it ends, while its listen is asked about" {
	cat >swap.py <<-'PY'
		import os, socket, threading, time
		asked, other = socket.socket(), socket.socket(socket.AF_INET6)
		def swap():
		    while not os.path.exists("asked"): time.sleep(0.01)
		    os.dup2(other.fileno(), asked.fileno())
		    open("swapped", "w")
		threading.Thread(target=swap).start()
		asked.listen()
		print("listens:", other.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
	PY
	cat >answers <<-'PY'
		import json, os, socket, time
		s = socket.socket(socket.AF_UNIX)
		s.connect("sock")
		for line in s.makefile():
		    m = json.loads(line)
		    if m["type"] == "request":
		        open("asked", "w")
		        while not os.path.exists("swapped"): time.sleep(0.01)
		        s.sendall(json.dumps({"id": m["id"], "verdict": "allow"}).encode() + b"\n")
	PY
	policy <<<'default: {connect: allow, bind: ask, exec: allow, spawn: allow, socket: allow}'
	start_ask -p policy.yaml -- python3 swap.py
	python3 answers 3>&- &
	SERVERS+=($!)
	wait "$GATE"
	cat said
	[ "$(cat said)" = 'listens: 0' ]
	expect_event '.call == "listen" and .reason == "ask.once"'
}

# The program answers by the path it was asked about; what runs must be that.
exec_is_what_was_asked() {
	mkdir programs
	cp "$FIXTURES/attack_exec" programs/run_a
	cp "$FIXTURES/attack_exec" programs/run_b
	printf E >>programs/run_b
	cat >answers <<-'PY'
		import json, socket
		s = socket.socket(socket.AF_UNIX)
		s.connect("sock")
		for line in s.makefile():
		    m = json.loads(line)
		    if m["type"] == "request":
		        evil = str(m["event"]["args"]["path"]).endswith("run_b")
		        reply = {"id": m["id"], "verdict": "deny" if evil else "allow"}
		        s.sendall(json.dumps(reply).encode() + b"\n")
	PY
	start_ask -- "$FIXTURES/attack_exec" "$1" "$PWD/programs/run_a" "$PWD/programs/run_b" 200 20
	python3 answers 3>&- &
	SERVERS+=($!)
	wait "$GATE" || true
	tail -n 1 said | tee last
	expect_no_escape last
	expect_event '.call == "execve" and .reason == "ask.once" and .result == 0'
}

@test "an exec is what was asked about, whatever a thread does to its path" {
	exec_is_what_was_asked thread
}

@test "an exec is what was asked about, whatever a process does to its path" {
	exec_is_what_was_asked process
}
