# What the program says of its own commands and options.

# The commands, one a line, as the general help lists them.
commands() {
	"$CALLGATE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# The options of a command, one a line, as its help lists them.
options_of() {
	"$CALLGATE" "$1" --help | grep -oE '^ {2,6}(-[a-zA-Z](, )?)?(--[a-z-]+)?' |
		grep -oE -- '--?[a-zA-Z][a-z-]*' | sort -u
}
