# What the documentation says: every command of a page is run, and prints what the page
# shows. tests/support/doc_run.py tells how a page is read, doc_world.py which network it
# finds. A page has a folder and a shell of its own.

# shellcheck disable=SC2030,SC2031

load helper

apart() {
	local user=()
	is_root || user=(-r)
	unshare "${user[@]}" -n -m "$@"
}

# With callgate in the PATH, and little else in the environment.
in_world() {
	mkdir -p bin state
	ln -sf "$CALLGATE" bin/callgate
	[ -x "$CALLGATE" ]
	apart timeout --kill-after=5 300 env -i DOC_STATE="$PWD/state" LC_ALL=C.UTF-8 TERM=dumb \
		PATH="$PWD/bin:/usr/bin:/bin:/usr/sbin:/sbin" /usr/bin/python3 "$SOURCE/tests/support/doc_world.py" "$@" 3>&-
}

need_world() {
	apart mount -t tmpfs none /mnt 2>/dev/null ||
		skip "no network and mount namespaces can be made here"
}

page_is_true() {
	need_world
	run in_world /usr/bin/python3 "$SOURCE/tests/support/doc_run.py" "$SOURCE/$1"
	[ "$status" -eq 0 ] || { echo "$output" | head -n 100 | cut -c 1-300; return 1; }
}

@test "README.md" {
	page_is_true README.md
}

@test "docs/architecture.md" {
	page_is_true docs/architecture.md
}

@test "docs/ask.md" {
	page_is_true docs/ask.md
}

@test "docs/contributing.md" {
	page_is_true docs/contributing.md
}

@test "docs/import.md" {
	page_is_true docs/import.md
}

@test "docs/kernels.md" {
	page_is_true docs/kernels.md
}

@test "docs/log.md" {
	page_is_true docs/log.md
}

@test "docs/performance.md" {
	page_is_true docs/performance.md
}

@test "docs/policy.md" {
	page_is_true docs/policy.md
}

@test "docs/report.md" {
	page_is_true docs/report.md
}

@test "docs/security-model.md" {
	page_is_true docs/security-model.md
}

@test "every page is among these" {
	for page in README.md $(cd "$SOURCE" && echo docs/*.md); do
		grep -qF "@test \"$page\"" "$BATS_TEST_FILENAME" || { echo "$page is not"; return 1; }
	done
}

@test "links between pages lead somewhere" {
	"$SOURCE/tests/support/doc_links.py" "$SOURCE/README.md" "$SOURCE"/docs/*.md
	printf '# Head\n[a](#head) [b](#heads) [c](none.md) [d](page.md#head)\n' >page.md
	run "$SOURCE/tests/support/doc_links.py" page.md
	[ "$status" -eq 1 ]
	expect_same "$output" "page.md: page.md has no heading #heads
page.md: none.md is not there"
}

@test "docs/log.md has every field of the schema, and its lines satisfy it" {
	python3 -B - "$SOURCE" <<-'END'
		import importlib.machinery, json, re, sys
		path = sys.argv[1] + "/tests/schema/validate"
		validate = importlib.machinery.SourceFileLoader("validate", path).load_module()
		page = open(sys.argv[1] + "/docs/log.md", encoding="utf-8").read()
		schema = json.load(open(sys.argv[1] + "/docs/callgate-log.schema.json", encoding="utf-8"))
		check = validate.make_checker(schema)
		blocks = re.findall(r"^```json\n(\{\"v\".*?)^```$", page, re.M | re.S)
		for block in blocks:
		    check(json.loads(block.replace('"time":"..."', '"time":"2026-01-02T03:04:05.678901234Z"')))
		kinds = set(schema["properties"]["type"]["enum"])
		assert len(blocks) >= len(kinds), len(blocks)
		fields = {field for kind in kinds for field in schema["definitions"][kind]["properties"]}
		unsaid = sorted(field for field in fields if f"`{field}`" not in page)
		sys.exit(f"docs/log.md does not have {unsaid}" if unsaid else 0)
	END
}

@test "docs/log.md has every reason that a decision gets" {
	reasons=$(cd "$SOURCE" && grep -hoE \
		'(decide_plain|judge_deny|judge_allow)\([^"]*"[a-z.]+"|reason = "[a-z.]+"|\{ "budget\.[a-z]+"' \
		policy/decide.c supervisor/*.c supervisor/*/*.c | grep -oE '"[a-z.]+"' | tr -d '"' | sort -u)
	[ "$(wc -l <<<"$reasons")" -gt 15 ]
	for reason in $reasons; do
		grep -E '^\| `' "$SOURCE/docs/log.md" | grep -qF "\`$reason\`" ||
			{ echo "$reason is not there"; return 1; }
	done
}

@test "the drawings of docs/architecture.md are what the code is" {
	"$SOURCE/tests/support/architecture.py" "$SOURCE"
}

@test "an arrow that points up is found" {
	cp -r "$SOURCE"/{CMakeLists.txt,docs,tests,cli,supervisor,report,notify,tracer,policy} .
	cp -r "$SOURCE"/{decoders,base} .
	sed -i '1i #include "tracer/task.h"' policy/glob.c notify/filter.c
	sed -i 's/^add_room(policy /&report /' CMakeLists.txt
	sed -i 's/tracer_on_seccomp/on_seccomp/' docs/architecture.md
	run "$SOURCE/tests/support/architecture.py" .
	[ "$status" -eq 1 ]
	expect_same "$output" "CMakeLists.txt: policy is linked to report, which is not under it
notify/filter.c: includes tracer/, not under notify/
policy/glob.c: includes tracer/, not under policy/
on_seccomp is drawn, and nowhere in the code"
}

# The runner itself, on a page that comes in: it must find the fault, which names the line.
faulty() {
	need_world
	cat >page.md
	run in_world /usr/bin/python3 "$SOURCE/tests/support/doc_run.py" "$PWD/page.md"
	[ "$status" -eq 1 ]
	[[ "$output" == *"page.md:$1: "* ]] || { echo "$output"; return 1; }
}

@test "what a page says and a command does not print is a fault" {
	faulty 3 <<-'END'
		```console
		$ echo one
		$ echo two
		...
		three
		```
	END
}

@test "a command that is not there is a fault, whatever it prints" {
	faulty 2 <<-'END'
		```console
		$ callgate doctro
		...
		```
	END
}

@test "a script that fails is a fault" {
	faulty 1 <<-'END'
		```sh
		false
		true
		```
	END
}

@test "a command that no test runs is a fault, and so is a test that is not there" {
	faulty 1 <<-'END'
		```
		$ callgate doctor
		```
	END
	faulty 1 <<-'END'
		```bash
		callgate doctor
		```
	END
	faulty 2 <<-'END'
		<!-- run by: tests/e2e/nowhere.bats -->
		```console
		$ callgate doctor
		```
	END
}
