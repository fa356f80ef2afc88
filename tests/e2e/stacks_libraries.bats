# Where in a program a call was made, when libraries come, go and change while it runs.

# shellcheck disable=SC2016

load stacks

# A library whose file is gone while it is in use.
@test "a library that was removed: its file is found by who may, and said to be gone else" {
	cat >lib.c <<-'C'
		#include <stdio.h>
		#include <sys/socket.h>
		#include <unistd.h>
		int by_library(const char *file);
		int by_library(const char *file)
		{
			return unlink(file) + connect(-1, 0, 0);
		}
	C
	echo 'int by_library(const char *); int main(void) { return by_library("libmine.so.1") + 1; }' >main.c
	gcc -O2 -shared -fPIC -o libmine.so.1 lib.c
	gcc -O2 -o usual main.c ./libmine.so.1
	stack_of ./usual
	expect_event '.call == "connect" and (.stack[1].module | endswith("/libmine.so.1"))'
	if is_root; then
		expect_frames by_library
	else
		expect_frames '?'
		expect_event '.call == "connect" and .stack[1].lacks == "file"'
	fi
}

# Two libraries of the same code, size and place under names of their own, and a program that
# opens, calls and closes those it is told. "run COMMAND" changes something in between.
replaced_library() {
	local name
	for name in first second; do
		gcc -O2 -shared -fPIC -o "lib$name.so" -x c - <<-C
			#include <sys/socket.h>
			int by_$name(int fd, const struct sockaddr *to, socklen_t len);
			int by_$name(int fd, const struct sockaddr *to, socklen_t len)
			{
				return connect(fd, to, len) ? 1 : 2;
			}
		C
	done
	cat >main.c <<-'C'
		#include <arpa/inet.h>
		#include <dlfcn.h>
		#include <stdlib.h>
		#include <string.h>
		typedef int by(int fd, const struct sockaddr *to, socklen_t len);
		static void call_by(const char *library, const char *name, int fd)
		{
			struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
			void *opened = dlopen(library, RTLD_NOW), *at = dlsym(opened, name);
			by *call;
			memcpy(&call, &at, sizeof(call));
			to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
			call(fd, (void *)&to, sizeof(to));
			dlclose(opened);
		}
		int main(int argc, char **argv)
		{
			int fd = socket(AF_INET, SOCK_DGRAM, 0);
			for (int i = 1; i + 1 < argc; i += 2) {
				if (strcmp(argv[i], "run") == 0)
					system(argv[i + 1]);
				else
					call_by(argv[i], argv[i + 1], fd);
			}
			return 0;
		}
	C
	gcc -O2 -o replaces main.c
}

# expect_names NAME...: of the functions that called connect(2), all at one place.
expect_names() {
	expect_same "$*" "$(events '.call == "connect"' | jq -r '.stack[1].symbol' | paste -sd ' ')"
	expect_same 1 "$(events '.call == "connect"' | jq '.stack[1].address' | uniq | wc -l)"
}

replaced_by_another() {
	policy_allowing 127.0.0.1:2
	backend -k ./replaces ./libfirst.so by_first ./libfirst.so by_first \
		./libsecond.so by_second ./libfirst.so by_first
	expect_names by_first by_first by_second by_first
}

@test "a library that takes the place of another, of the same size: the names are its own" {
	replaced_library
	in_each_backend replaced_by_another
}

@test "a library that was written over, and opened again at the same place" {
	replaced_library
	stack_of ./replaces ./libfirst.so by_first ./libfirst.so by_first \
		run 'cat libsecond.so >libfirst.so' ./libfirst.so by_second
	expect_names by_first by_first by_second
}

@test "the same where the kernel does not tell of single mappings: all are read again" {
	replaced_library
	run -0 "$FIXTURES/without" procmap-query "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect \
		./replaces ./libfirst.so by_first ./libfirst.so by_first \
		./libsecond.so by_second ./libsecond.so by_second \
		run 'cat libfirst.so >libsecond.so' ./libsecond.so by_first
	expect_names by_first by_first by_second by_second by_first
}
