# What is installed, where, and the Debian package.

load helper

BUILD=$(dirname "$CALLGATE")

# The files below a folder, one a line.
files_of() {
	(cd "$1" && find . ! -type d | sed 's/^\.//' | sort)
}

# What is installed everywhere, below a prefix.
expected_files() {
	local doc=$1/share/doc/callgate
	printf '%s\n' "$1"/bin/callgate "$1"/share/man/man1/callgate.1.gz \
		"$1"/share/man/man5/callgate-{log,policy}.5.gz \
		"$1"/share/bash-completion/completions/callgate \
		"$1"/share/fish/vendor_completions.d/callgate.fish \
		"$doc"/README.md "$doc"/docs/callgate-log.schema.json
	(cd "$SOURCE" && printf '%s\n' docs/*.md examples/*.yaml) | sed "s|^|$doc/|"
}

setup_file() {
	DESTDIR=$BATS_FILE_TMPDIR/root cmake --install "$BUILD" --prefix /usr/local \
		>"$BATS_FILE_TMPDIR/installed"
	if command -v dpkg-shlibdeps >/dev/null; then
		"$SOURCE/.ci/package" --built "$BUILD" "$BATS_FILE_TMPDIR"
	fi
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	root=$BATS_FILE_TMPDIR/root
	package=$(echo "$BATS_FILE_TMPDIR"/callgate_*.deb)
}

@test "installing puts each file in its place, and nothing else" {
	expect_same "$({ expected_files /usr/local
		echo /usr/local/share/zsh/site-functions/_callgate; } | sort)" "$(files_of "$root")"
	[ "$(stat -c %a "$root"/usr/local/bin/callgate)" = 755 ]
	run -0 "$root"/usr/local/bin/callgate trace -q true
	for page in "$root"/usr/local/share/man/*/*.gz; do
		gzip -dc "$page" | mandoc -T lint -W warning
	done
}

@test "the shells find the completions where they are installed" {
	PATH=$root/usr/local/bin:$PATH
	export XDG_DATA_DIRS=$root/usr/local/share:/usr/share HOME=$PWD
	if [ -e /usr/share/bash-completion/bash_completion ]; then
		run bash --norc -c '. /usr/share/bash-completion/bash_completion
			__load_completion callgate && complete -p callgate'
		[ "$output" = "complete -F _callgate callgate" ]
	fi
	if command -v fish >/dev/null; then
		run fish -c 'complete --do-complete="callgate report --format "'
		[[ "$output" == *folded* ]]
	fi
}

@test "what links in the documents lead to is installed with them, but for the sources" {
	cd "$root"/usr/local/share/doc/callgate
	for page in README.md docs/*.md; do
		grep -oE '\]\([^)#]+' "$page" | cut -c 3- | grep -v : | while read -r link; do
			readlink -m "$(dirname "$page")/$link"
		done
	done | sed "s|^$PWD/||" | grep -E '^(README|docs|examples)' | sort -u >"$BATS_TEST_TMPDIR/links"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/links")" -ge 5 ]
	while read -r link; do
		[ -e "$link" ] || [ ! -e "$SOURCE/$link" ] || { echo "$link"; return 1; }
	done <"$BATS_TEST_TMPDIR/links"
}

@test "the example policies are in order" {
	for example in "$SOURCE"/examples/*.yaml; do
		run "$CALLGATE" check "$example"
		# A name may not resolve here, and a program not be there.
		[ "$(grep -vE '\[(load|name\.unresolved)\]$' <<<"$output")" = "" ]
	done
}

need_dpkg() {
	command -v dpkg-shlibdeps >/dev/null || skip "no dpkg-dev here"
}

@test "the Debian package has the files in Debian's places, and what they need" {
	need_dpkg
	dpkg-deb -x "$package" root
	expect_same "$({ expected_files /usr
		printf '%s\n' /usr/share/zsh/vendor-completions/_callgate \
			/usr/share/doc/callgate/{changelog.gz,copyright}; } | sort)" \
		"$(files_of root)"
	[[ "$(dpkg-deb -f "$package" Depends)" == *libc6\ *libseccomp2\ * ]]
	[ "$(dpkg-deb -f "$package" Version)" = "$("$CALLGATE" --version | cut -d ' ' -f 2)" ]
	# Everything belongs to root, whoever makes the package.
	[ "$(dpkg-deb -c "$package" | awk '{ print $2 }' | sort -u)" = root/root ]
	run -0 root/usr/bin/callgate trace -q true
}

@test "lintian finds no error and no warning in the package" {
	need_dpkg
	command -v lintian >/dev/null || skip "no lintian here"
	options=
	[ "$(id -u)" -ne 0 ] || options=--allow-root
	run lintian $options --fail-on error,warning "$package"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
}

@test "the package is the same, byte for byte, when it is made again" {
	need_dpkg
	(umask 077 && "$SOURCE/.ci/package" --built "$BUILD" "$PWD")
	cmp callgate_*.deb "$package"
}
