# The two commands, ./run and ./check, and what they stand on.

load helper

@test "the scripts are clean for shellcheck" {
	cd "$SOURCE"
	shellcheck run check .ci/run .ci/install .ci/build .ci/package .ci/fresh-root tests/run-tap \
		tests/*/run tests/aarch64/build tests/kernels/fetch tests/kernels/initramfs \
		tests/e2e/helper.bash tests/e2e/commands.bash
	shellcheck --shell=bash tests/kernels/inside
}

need_build() {
	[ -e "$SOURCE/build/build.ninja" ] || skip 'there is no build/ here'
	[ -w "$SOURCE/build" ] || skip 'build/ is not ours'
}

@test "./run says nothing of its own when there is nothing to do" {
	need_build
	"$SOURCE/.ci/build" run
	run --separate-stderr "$SOURCE/run" -o text echo hello
	[ "$status" -eq 0 ]
	[ "$output" = hello ]
	[ -z "$stderr" ]
}

@test "./run works from any directory, by a link too; the command runs where it was called" {
	need_build
	mkdir elsewhere
	ln -s "$SOURCE/run" elsewhere/run
	cd elsewhere
	[ "$(./run -o text pwd)" = "$PWD" ]
}

@test "./run leaves the command its standard input" {
	need_build
	[ "$(echo input | "$SOURCE/run" -o text cat)" = input ]
}

@test "./run ends as the command ends" {
	need_build
	run "$SOURCE/run" -o text sh -c 'exit 9'
	[ "$status" -eq 9 ]
}

# A tree with only .ci in it, a package that is missing, and only these commands.
missing_package() {
	local name
	mkdir -p tree/.ci bin
	cp "$SOURCE/.ci/install" tree/.ci
	printf 'run  no-such-command-anywhere  some-package\n' >tree/.ci/packages
	for name in sh env dirname readlink uname; do
		ln -s "$(command -v $name)" bin
	done
	for name in "$@"; do
		printf '#!/bin/sh\necho "%s $*" >>calls\n' "$name" >"bin/$name"
	done
	printf '#!/bin/sh\necho %s\n' "${USER_ID:-0}" >bin/id
	# Not the links: chmod(1) follows them, to programs of the machine itself.
	find bin -type f -exec chmod +x {} +
}

@test "what is missing is installed by apt-get, by root" {
	missing_package apt-get
	run env PATH="$PWD/bin" tree/.ci/install run
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *'still missing'*some-package* ]]
	grep -q '^apt-get .*install .*some-package' calls
	run ! grep -q sudo calls
}

@test "what is missing is installed through sudo, by anyone else" {
	USER_ID=1000 missing_package apt-get sudo
	run env PATH="$PWD/bin" tree/.ci/install run
	echo "$output"
	grep -q '^sudo env DEBIAN_FRONTEND=noninteractive apt-get .*install .*some-package' calls
}

@test "where it cannot be installed, the packages are named" {
	missing_package
	run env PATH="$PWD/bin" tree/.ci/install run
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *some-package*'no apt-get'* ]]
	rm -r bin tree
	USER_ID=1000 missing_package apt-get
	run env PATH="$PWD/bin" tree/.ci/install run
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *'as root'*some-package* ]]
	[ ! -e calls ]
}

@test "nothing is installed or said when nothing is missing" {
	missing_package apt-get
	printf 'run  sh  dash\ncheck  no-such-command-anywhere  x\n' >tree/.ci/packages
	run env PATH="$PWD/bin" tree/.ci/install run
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ ! -e calls ]
}

@test "the fresh root and the package say what is wrong with how they are called" {
	run "$SOURCE/.ci/fresh-root" --no-such-option
	[ "$status" -eq 125 ]
	[[ "$output" == 'fresh-root: no option --no-such-option;'* ]]
	run "$SOURCE/.ci/fresh-root" --base
	[ "$status" -eq 125 ]
	[[ "$output" == 'fresh-root: --base needs a folder' ]]
	run "$SOURCE/.ci/package" --built "$PWD"
	[ "$status" -eq 125 ]
	[[ "$output" == usage:* ]]
	run "$SOURCE/.ci/package" --built "$PWD" "$PWD/out"
	[ "$status" -eq 1 ]
	[[ "$output" == *CPackConfig.cmake*'cpack failed' ]]
}
