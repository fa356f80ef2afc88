# The page that `report --format html` makes, in a real browser.

# Payloads are not to be expanded.
# shellcheck disable=SC2016

load judged

# page FILE [--phone] [--dark] <SCRIPT: see tests/support/browser.js
page() {
	node "$SOURCE/tests/support/browser.js" "$@"
}

need_browser() {
	command -v chromium >/dev/null || skip "there is no chromium"
}

report() {
	"$CALLGATE" report "$LOG" --format html >report.html
}

# A run of a few processes with two kinds of denials.
audited_page() {
	need_browser
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: no-wc
		    exec: /usr/bin/wc
		    verdict: deny
		    why: nothing here is to be counted
	POLICY
	start_web_server
	audit sh -c "curl -s http://127.0.0.1:$PORT/ | wc -c; sh -c 'exit 3'" >/dev/null || true
	report
}

@test "the page draws itself without a word on the console" {
	audited_page
	page report.html <<-'SCRIPT'
		assert.deepEqual(page.said, []);
		assert.match(await page.run("document.title"), /^sh -c/);
		assert.match(await page.run("document.getElementById('command').textContent"), /^sh -c .*curl/);
		assert.equal(await page.run("document.getElementById('mode').textContent"), "audit");
	SCRIPT
}

@test "what was denied comes first, each with its reason and a rule to copy" {
	audited_page
	page report.html <<-'SCRIPT'
		const sections = await page.run("[...document.querySelectorAll('main section')].map((node) => node.id)");
		assert.deepEqual(sections.slice(0, 3), ["denied", "processes", "destinations"]);
		const cards = await page.run("[...document.querySelectorAll('.denial')].map((node) => node.innerText)");
		assert.equal(cards.length, 2);
		assert.ok(cards.some((text) => /WOULD\s+exec\s+\/usr\/bin\/wc/.test(text) && text.includes("nothing here is to be counted")));
		assert.ok(cards.every((text) => /- exe: "[^"]+"\s+(exec|connect): .*\s+verdict: allow/.test(text)));
	SCRIPT
}

@test "a rule is copied by a click, and by the key c" {
	audited_page
	page report.html <<-'SCRIPT'
		/* What the page gives to the clipboard; headless, there is none. */
		await page.run("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }, 0");
		await page.run("document.querySelectorAll('.denial button.copy')[1].click()");
		const rule = await page.run("document.querySelectorAll('.denial pre')[1].textContent");
		assert.equal(await page.run("window.copied"), rule + "\n");
		await page.press("1");
		assert.ok(await page.run("document.activeElement === document.querySelector('.denial')"));
		await page.press("c");
		assert.equal(await page.run("window.copied"), await page.run("document.querySelector('.denial pre').textContent") + "\n");
	SCRIPT
}

@test "every process has a row with a lane, deeper than the one that started it" {
	audited_page
	page report.html <<-'SCRIPT'
		const rows = await page.run(`[...document.querySelectorAll('.row')].map((row) => ({
			level: Number(row.getAttribute("aria-level")), name: row.querySelector(".program").textContent,
			width: row.querySelector(".life").getBoundingClientRect().width, denied: row.querySelectorAll(".mark.would").length }))`);
		assert.equal(rows.length, 4);
		assert.equal(rows[0].level, 1);
		assert.ok(rows.slice(1).every((row) => row.level === 2 && row.width > 0 && row.width < rows[0].width));
		assert.equal(rows.find((row) => row.name === "curl").denied, 1);
	SCRIPT
}

@test "the tree is walked, opened and closed with the keyboard alone" {
	audited_page
	page report.html <<-'SCRIPT'
		const at = () => page.run("document.activeElement.querySelector('.program')?.textContent");
		const rows = () => page.run("document.querySelectorAll('.row').length");
		await page.press("2");
		const first = await at();
		assert.match(first, /sh$/);
		await page.press("ArrowDown");
		assert.notEqual(await at(), first);
		await page.press("ArrowUp");
		assert.equal(await at(), first);
		await page.press("ArrowLeft");
		assert.equal(await rows(), 1);
		assert.equal(await at(), first);
		await page.press("ArrowRight");
		assert.equal(await rows(), 4);
		await page.press("End");
		await page.press("Enter");
		assert.match(await page.run("document.querySelector('.details').innerText"), /command\s+sh -c 'exit 3'/);
		await page.press("Enter");
		assert.equal(await page.run("document.querySelector('.details')"), null);
	SCRIPT
}

@test "time is looked at more closely, and as a whole again" {
	audited_page
	page report.html <<-'SCRIPT'
		const width = () => page.run("document.querySelector('.row .life').getBoundingClientRect().width");
		const scale = () => page.run("document.querySelector('.scale').textContent");
		const before = [await width(), await scale()];
		/* The one process that starts after others have ended: it cannot last nearly as long as the run. */
		await page.run("[...document.querySelectorAll('.row')].pop().click()");
		await page.press("z");
		assert.notEqual(await scale(), before[1]);
		await page.press("0");
		assert.deepEqual([await width(), await scale()], before);
	SCRIPT
}

@test "the search finds programs and addresses everywhere, and says how many" {
	audited_page
	page report.html <<-'SCRIPT'
		const shown = (selector) => page.run(`document.querySelectorAll('${selector}').length`);
		await page.press("/");
		await page.type("curl 127.0.0.1");
		await page.run("new Promise((done) => setTimeout(done, 300))");
		assert.match(await page.run("document.getElementById('found').textContent"), /^\d+ found$/);
		assert.equal(await shown(".denial"), 1);
		assert.equal(await shown(".row"), 2);
		await page.press("Escape");
		assert.equal(await shown(".denial"), 2);
		assert.equal(await shown(".row"), 4);
		await page.press("/");
		await page.type("there is no such thing");
		await page.run("new Promise((done) => setTimeout(done, 300))");
		assert.equal(await page.run("document.getElementById('found').textContent"), "0 found");
	SCRIPT
}

# contrast COLOR COLOR is that of WCAG 2, section 1.4.3.
@test "it is dark where the reader wants that, and readable in both" {
	audited_page
	cat >script <<-'SCRIPT'
		const colors = await page.run("(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.body))");
		const light = (color) => {
			const [r, g, b] = color.match(/\d+/g).map((n) => n / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const [low, high] = colors.map(light).sort();
		assert.ok((high + 0.05) / (low + 0.05) > 7);
	SCRIPT
	{ cat script; echo 'assert.ok(light(colors[0]) > light(colors[1]));'; } | page report.html
	{ cat script; echo 'assert.ok(light(colors[0]) < light(colors[1]));'; } | page report.html --dark
}

@test "on a phone nothing is wider than the screen" {
	audited_page
	page report.html --phone <<-'SCRIPT'
		assert.deepEqual(page.said, []);
		assert.equal(await page.run("document.documentElement.scrollWidth"), 390);
		assert.ok(await page.run("[...document.querySelectorAll('.denial')].every((node) => node.getBoundingClientRect().right <= 390)"));
	SCRIPT
}

# Every text in the log, and the log's name, are what this says.
poisoned_page() {
	need_browser
	local text="$1" name="$2"
	sed '$d' "$SOURCE/tests/schema/good.jsonl" | jq -c --arg text "$text" '
		def poison: if type == "string" then $text elif type == "array" then map(poison) else . end;
		(.command, .cwd, .policies, .backend, .kernel, .callgate, .comm, .exe, .script, .lineage, .text,
			.program, .program_script, .why, .advice, .reason) |= (if . then poison else empty end)
		| if .rule then .rule.id = $text | .rule.file = $text else . end
		| if .args.path then .args.path = $text else . end
		| if .args.argv then .args.argv |= poison else . end' >"$name"
	"$CALLGATE" report "./$name" --format html >report.html
}

# harmless FILE...: nothing of what the pages show runs, and there is no element that is not the page's own.
harmless() {
	FILES="$*" page "$1" <<-'SCRIPT'
		for (const file of process.env.FILES.split(" ")) {
			await page.goto(file);
			/* Whatever would run has run by now; also what waits for a click or the mouse. */
			await page.run("document.querySelectorAll('.row, button, a').forEach((node) => node.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })))");
			await page.run("document.querySelectorAll('.row').forEach((node) => node.click())");
			await page.run("new Promise((done) => setTimeout(done, 300))");
			assert.equal(await page.run("typeof window.owned"), "undefined", file);
			assert.deepEqual(page.said, [], file);
			assert.equal(await page.run("document.scripts.length"), 2, file);
			assert.equal(await page.run("document.querySelectorAll('img, iframe, object, embed, base, video, math, link').length"), 0, file);
			assert.equal(await page.run("document.querySelectorAll('svg').length"), 2, file);
			assert.ok(await page.run("[...document.querySelectorAll('*')].every((node) => [...node.attributes].every((a) => !a.name.startsWith('on')))"), file);
			assert.ok(await page.run("[...document.links].every((link) => link.getAttribute('href').startsWith('#'))"), file);
		}
	SCRIPT
}

@test "markup in names is shown as text, and nothing of it runs" {
	local text n=0 pages=()
	for text in '<script>window.owned = 1</script>' '</script><script>window.owned = 1</script>' \
		'<img src=x onerror="window.owned = 1">' '"><svg onload=window.owned=1>' "' onmouseover='window.owned=1" \
		'<!--<script>' ']]><math><mtext><img src=x onerror=window.owned=1>' 'javascript:window.owned=1' \
		'<base href="http://127.0.0.1/">' '${window.owned = 1}' '`;window.owned=1;`' '\u003cscript\u003ewindow.owned=1'; do
		poisoned_page "$text" 'hostile<img src=x onerror=window.owned=1>.log'
		mv report.html $((++n)).html
		pages+=("$n.html")
		# It is in the data, with its backslashes escaped.
		TEXT="${text//\\/\\\\}" node -e '
			const page = require("fs").readFileSync(process.argv[1], "utf8");
			const data = /<script type="application.json" id="data">(.*)<.script>/.exec(page)[1];
			if (!JSON.stringify(JSON.parse(data)).includes(
				JSON.stringify(process.env.TEXT).slice(1, -1))) process.exit(1);' $n.html ||
			{ echo "not there: $text"; return 1; }
	done
	harmless "${pages[@]}"
}

@test "characters that hide or reorder text, and control characters, are shown as escapes" {
	# By jq: what bash makes of \u depends on the locale.
	poisoned_page "$(jq -nr '"a\u202eb\u2066c\u200bd\u0001e\u001b[2Jf\u007fg\ufeffh\nend"')" plain.log
	harmless report.html
	page report.html <<-'SCRIPT'
		const text = await page.run("document.body.innerText + document.title");
		assert.match(text, /a\\u\{202e\}b\\u\{2066\}c\\u\{200b\}d\\x01e\\x1b\[2Jf\\x7fg\\u\{feff\}h\\nend/);
		assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\x00-\x08\x0b-\x1f\x7f]/);
	SCRIPT
}

@test "the names of a hostile program are shown and harmless" {
	need_browser
	gate_all "$FIXTURES/hostile_names" >said
	report
	harmless report.html
}

@test "the page lets no other script run, and loads nothing" {
	audited_page
	page report.html <<-'SCRIPT'
		await page.run("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.owned = 1' }))");
		await page.run("document.body.insertAdjacentHTML('beforeend', '<p onclick=\"window.owned = 1\" id=bait>x</p><img src=\"file:///etc/hostname\">')");
		await page.run("document.getElementById('bait').click()");
		await page.run("new Promise((done) => setTimeout(done, 300))");
		assert.equal(await page.run("typeof window.owned"), "undefined");
		assert.ok(page.said.filter((text) => /Content Security Policy/.test(text)).length >= 3, page.said.join("\n"));
	SCRIPT
	run ! grep -E '(src|href)="?(https?:)?//' report.html
}

@test "the page of a long run opens with its first rows, and says what is taken together" {
	need_browser
	"$SOURCE/tests/support/long_log.py" 100000 | "$CALLGATE" report - --format html >report.html
	page report.html <<-'SCRIPT'
		assert.deepEqual(page.said, []);
		assert.match(await page.run("document.getElementById('notes').innerText"), /processes of this long run are not shown one by one/);
		const rows = () => page.run("document.querySelectorAll('.row').length");
		assert.equal(await rows(), 400);
		assert.match(await page.run("document.querySelector('.row.group').textContent"), /tool\d+× \d+/);
		await page.run("[...document.querySelectorAll('button.more')].find((node) => node.previousElementSibling.matches('.tree')).click()");
		assert.equal(await rows(), 800);
		await page.run("searchFor('tool7 file9967')");
		assert.equal(await page.run("document.getElementById('found').textContent"), "1 found");
	SCRIPT
}

@test "a page is drawn whatever the numbers in the log are" {
	need_browser
	for number in 9007199254740992 '"18446744073709551615"' -1 1e300 '"x"'; do
		sed -E "s/(\"(mono_ns|duration_ns|lifetime_ns)\":)[0-9]+/\1$number/" \
			"$SOURCE/tests/schema/good.jsonl" >odd.log
		"$CALLGATE" report odd.log --format html >report.html
		page report.html <<-'SCRIPT'
			assert.deepEqual(page.said, []);
			assert.ok(await page.run("document.querySelectorAll('.row').length") > 1);
		SCRIPT
	done
}

@test "a page of a log without anything in it says so" {
	need_browser
	: >"$LOG"
	report
	page report.html <<-'SCRIPT'
		assert.deepEqual(page.said, []);
		assert.match(await page.run("document.getElementById('main').innerText"), /The log has no process/);
		assert.match(await page.run("document.getElementById('notes').innerText"), /empty/);
	SCRIPT
}
