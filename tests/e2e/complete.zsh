# What zsh offers at the end of command lines, one a line:
#
#   zsh -f complete.zsh FOLDER LINE...
#
# FOLDER has the completions to try. The lines are put, one after the other, into
# an interactive zsh on a terminal of its own (zpty), whose compadd writes down what
# it would show; what is offered for a LINE stands after "# LINE".
zmodload zsh/zpty
export FOLDER=${1:A} FOUND=$(mktemp) LINES_TO_TRY=$(mktemp) ZDOTDIR=$(mktemp -d)
shift
print -rl -- "$@" >$LINES_TO_TRY

cat >$ZDOTDIR/.zshrc <<'END'
fpath=($FOLDER $fpath)
autoload -Uz compinit
compinit -u -D
zmodload zsh/zutil
unsetopt auto_list # nobody is there to say whether they want to see them all
lines=("${(@f)$(<$LINES_TO_TRY)}")

compadd() {
	local -a caller matches
	# With one of these the caller wants the matches, and offers none yet.
	zparseopts -E -a caller O:: A:: D::
	if (($#caller == 0)); then
		builtin compadd -O matches "$@"
		print -rl -- $matches >>$FOUND
	fi
	builtin compadd "$@"
}

zle-line-init() {
	(($#lines)) || exit
	print -r -- "# $lines[1]" >>$FOUND
	BUFFER=$lines[1]
	CURSOR=$#BUFFER
	shift lines
	zle complete-word
	BUFFER=
	zle accept-line
}
zle -N zle-line-init
END

zpty shell zsh -d -i
while zpty -r shell line; do :; done
cat $FOUND
rm -r $FOUND $LINES_TO_TRY $ZDOTDIR
