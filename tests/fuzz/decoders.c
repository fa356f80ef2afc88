/*
 * Decodes and renders calls whose registers and memory the fuzzer made up.
 *
 * An input is a header, six arguments, and an image of memory. The image lies
 * at three places (see places[]), with holes of 64 bytes where bits of the
 * header say so. decoders_seeds.py writes inputs in this form.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/escape.h"
#include "decoders/call.h"
#include "decoders/json_read.h"
#include "decoders/text.h"
#include "tests/support/call_json.h"
#include "tests/support/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct header {
	uint8_t abi;     /* index of abis[] */
	uint8_t choices; /* CHOICE_* */
	uint16_t nr;     /* the number; a call_id with CHOICE_BY_ID */
	int32_t result;
	uint64_t holes; /* bit i: the image's 64 bytes i, i + 64, ... are not readable */
	struct {
		uint8_t kind; /* enum arg_kind */
		uint8_t pad[3];
		uint32_t value;
	} args[6];
};

enum {
	CHOICE_BY_ID = 1,
	CHOICE_CONTENTS = 2,
	CHOICE_SMALL_ARENA = 4,
	CHOICE_FACTS = 8,
	CHOICE_NO_TASK = 16,
	CHOICE_SHORT_READS = 32,
};

enum arg_kind { ARG_VALUE, ARG_NEGATIVE, ARG_IN_IMAGE, ARG_AT_TOP, ARG_HIGH_HALF, ARG_KINDS };

static const struct abi *const abis[] = { &abi_x86_64, &abi_i386, &abi_x32, &abi_aarch64,
	&abi_unknown };

enum { IMAGE_AT = 0x1000, IMAGE_MAX = 64 * 1024, HOLE = 64 };

struct image {
	const uint8_t *bytes;
	size_t len;
	const struct header *header;
};

/* Where the image lies: at a low address, and against the ends of 32 and of 64 bits. */
static uint64_t place(const struct image *m, size_t i)
{
	const uint64_t ends[] = { IMAGE_AT + m->len, UINT32_MAX, UINT64_MAX };

	return ends[i] - m->len;
}

static ssize_t read_image(void *ctx, uint64_t addr, void *buf, size_t len)
{
	const struct image *m = ctx;
	size_t n = 0;

	if (m->header->choices & CHOICE_NO_TASK)
		return -ESRCH;
	for (size_t i = 0; i < 3; i++) {
		uint64_t offset = addr - place(m, i);

		if (addr < place(m, i) || offset >= m->len)
			continue;
		while (n < len && offset + n < m->len) {
			if (m->header->holes >> ((offset + n) / HOLE % 64) & 1)
				break;
			((uint8_t *)buf)[n] = m->bytes[offset + n];
			n++;
			if (n == 7 && (m->header->choices & CHOICE_SHORT_READS))
				break;
		}
		break;
	}
	return n ? (ssize_t)n : -EFAULT;
}

static uint64_t make_arg(const struct image *m, size_t i)
{
	uint32_t value = m->header->args[i].value;

	switch (m->header->args[i].kind % ARG_KINDS) {
	case ARG_NEGATIVE:
		return (uint64_t)(int64_t)(int32_t)value;
	case ARG_IN_IMAGE:
		return IMAGE_AT + value % (m->len + 8);
	case ARG_AT_TOP:
		return UINT64_MAX - value % (m->len + 8);
	case ARG_HIGH_HALF:
		return (uint64_t)value << 32 | value;
	default:
		return value;
	}
}

static int64_t number_of(const struct abi *abi, unsigned id)
{
	for (size_t nr = 0; nr < abi->calls_len; nr++)
		if (abi->calls[nr] == id)
			return (int64_t)nr;
	return abi->socketcall_nr;
}

static void make_trap(struct trap *trap, const struct image *m)
{
	const struct header *h = m->header;
	const struct abi *abi = abis[h->abi % (sizeof(abis) / sizeof(abis[0]))];

	*trap = (struct trap){ .tid = 1, .audit_arch = abi->audit_arch, .nr = h->nr };
	if (h->choices & CHOICE_BY_ID)
		trap->nr = number_of(abi, h->nr % CALL_COUNT);
	if (abi == &abi_x32)
		trap->nr |= 0x40000000;
	for (size_t i = 0; i < 6; i++)
		trap->args[i] = make_arg(m, i);
}

static void check_bytes(const struct bytes_value *v, size_t most)
{
	MUST(v->len <= most);
	MUST(v->len <= v->full_len);
	if (v->status != VALUE_OK && v->status != VALUE_CUT)
		MUST(v->len == 0);
	if (v->status == VALUE_OK)
		MUST(v->len == v->full_len);
}

static void check_strings(const struct strings_value *v)
{
	size_t total = 0;

	MUST(v->len <= 4096 && v->full_len <= 200000 && v->len <= v->full_len);
	for (size_t i = 0; i < v->len; i++) {
		check_bytes(&v->items[i], 32 * 1024);
		MUST(memchr(v->items[i].len ? (const void *)v->items[i].data : "", 0,
			     v->items[i].len) == NULL);
		total += v->items[i].len;
	}
	MUST(total <= 128 * 1024);
}

static void check_sockaddr(const struct sockaddr_value *s)
{
	MUST(s->raw_len <= sizeof(s->raw));
	MUST(!s->decoded || s->raw_len >= 2);
	if (s->status != VALUE_OK && s->status != VALUE_CUT)
		MUST(s->raw_len == 0);
	if (s->decoded && s->family == 1 && s->un.kind != UNIX_UNNAMED)
		MUST(s->un.name >= s->raw && s->un.name + s->un.name_len <= s->raw + s->raw_len);
}

static void check_msg(const struct msg_value *m)
{
	if (m->name)
		check_sockaddr(m->name);
	check_bytes(&m->data, 256);
	MUST(m->cmsgs_len <= 256);
	for (size_t i = 0; i < m->cmsgs_len; i++)
		MUST(m->cmsgs[i].fds_len <= 253);
}

static void check_value(const struct value *v)
{
	switch (v->type) {
	case VALUE_PATH:
		check_bytes(&v->bytes, 4096);
		break;
	case VALUE_BYTES:
		check_bytes(&v->bytes, 256);
		break;
	case VALUE_STRINGS:
		check_strings(&v->strings);
		break;
	case VALUE_ENVIRONMENT:
		MUST(v->strings.len <= v->strings.full_len);
		break;
	case VALUE_SOCKADDR:
	case VALUE_SOCKADDR_OUT:
		check_sockaddr(v->sockaddr);
		break;
	case VALUE_MSG:
		check_msg(v->msg);
		break;
	case VALUE_MSGS:
		MUST(v->msgs.len <= v->msgs.full_len && v->msgs.full_len <= 1024);
		for (size_t i = 0; i < v->msgs.len; i++)
			check_msg(&v->msgs.items[i]);
		break;
	default:
		break;
	}
}

/* One line of valid UTF-8 without controls, C1 and bidirectional ones included. */
static void check_text(const struct sbuf *out)
{
	static const char *const forbidden[] = { "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
		"\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8",
		"\xe2\x81\xa9", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xd8\x9c",
		"\xef\xbb\xbf" };

	MUST(!out->failed);
	MUST(out->len == 0 || utf8_valid(out->data, out->len));
	for (size_t i = 0; i < out->len; i++) {
		uint8_t c = (uint8_t)out->data[i];

		MUST(c >= 0x20 && c != 0x7f);
		/* C1 in UTF-8 is C2 80 to C2 9F. */
		MUST(c != 0xc2 || (uint8_t)out->data[i + 1] >= 0xa0);
	}
	for (size_t i = 0; out->len && i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		MUST(!strstr(out->data, forbidden[i]));
}

static void check_destinations(const struct call *call, const struct socket_facts *facts)
{
	const struct sockaddr_value *addr;
	struct sbuf out = SBUF_INIT;
	size_t n = 0;

	while ((addr = call_destination(call, n))) {
		check_sockaddr(addr);
		sbuf_reset(&out);
		text_destination(&out, addr, facts);
		MUST(out.len > 0);
		check_text(&out);
		n++;
		MUST(n <= 1025);
	}
	if (call->desc && (call->desc->id == CALL_CONNECT || call->desc->id == CALL_BIND))
		MUST(n == 1);
	sbuf_free(&out);
}

/*
 * The call as a log tells of it has the same destinations, none of them readable
 * that was not, and is the same for people but for what the log leaves out.
 */
static void check_read(const struct call *call, const char *text)
{
	struct json_call from = { call->abi->name, call->name, call->nr, NULL };
	struct json_parser parser = { 0 };
	const char *fault;
	const struct sockaddr_value *addr, *again;
	struct socket_facts facts;
	struct sbuf out = SBUF_INIT;
	struct arena arena;
	struct call read;
	size_t i = 0;

	arena_init(&arena, 16 * 1024 * 1024);
	from.args = json_parse(&parser, text, strlen(text), &arena, &fault);
	MUST(from.args);
	json_read_call(&from, &arena, &read, &facts);
	MUST(read.abi == call->abi && read.nr == call->nr && read.desc == call->desc);
	MUST(read.values_len == call->values_len);
	do {
		addr = call_destination(call, i);
		again = call_destination(&read, i++);
		/*
		 * How many messages an array had that was not readable, the log does
		 * not say: one destination stands for them.
		 */
		MUST(again || !addr || i > 1);
		if (!addr || !again)
			break;
		check_sockaddr(again);
		/* Half a family is a bad length in the log. */
		MUST(addr->raw_len == 1 ||
			(addr->status == VALUE_OK) == (again->status == VALUE_OK));
		MUST(addr->raw_len < 2 || addr->family == again->family);
		MUST(addr->family != AF_INET || addr->decoded == again->decoded);
		if (addr->status == VALUE_OK && addr->decoded && addr->family == AF_INET)
			MUST(!memcmp(&addr->inet, &again->inet, sizeof(addr->inet)));
	} while (true);
	text_call(&out, &read, &facts);
	check_text(&out);
	sbuf_free(&out);
	arena_free(&arena);
	json_parser_free(&parser);
}

static void check_json(const struct call *call, const struct socket_facts *facts)
{
	json_t *args = json_call_args(call, facts), *again;
	char *text;

	MUST(args);
	text = json_dumps(args, JSON_COMPACT);
	MUST(text);
	again = json_loads(text, JSON_ALLOW_NUL, NULL);
	MUST(again && json_equal(args, again));
	check_read(call, text);
	json_decref(again);
	json_decref(args);
	free(text);
}

static void check_call(const struct call *call, const struct socket_facts *facts)
{
	struct sbuf out = SBUF_INIT;

	MUST(call->name[0] && strlen(call->name) < sizeof(call->name));
	for (size_t i = 0; i < call->values_len; i++)
		check_value(&call->values[i]);
	check_destinations(call, facts);
	sbuf_str(&out, text_call_word(call));
	text_call(&out, call, facts);
	check_text(&out);
	sbuf_free(&out);
	check_json(call, facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header header;
	struct image image = { .header = &header };
	struct mem_reader reader = { .read = read_image, .ctx = &image };
	struct socket_facts facts = { 0 };
	struct call_result result;
	struct decode_options options;
	struct arena arena;
	struct trap trap;
	struct call call;

	if (size < sizeof(header) || size > sizeof(header) + IMAGE_MAX)
		return 0;
	memcpy(&header, data, sizeof(header));
	image.bytes = data + sizeof(header);
	image.len = size - sizeof(header);
	options.contents = header.choices & CHOICE_CONTENTS;
	if (header.choices & CHOICE_FACTS)
		facts = (struct socket_facts){ true, header.nr % 46, header.abi % 11,
			header.result % 300 };
	result = (struct call_result){
		.known = true, .is_error = header.result < 0, .value = header.result
	};

	arena_init(&arena, header.choices & CHOICE_SMALL_ARENA ? header.nr : 1024 * 1024);
	make_trap(&trap, &image);
	call_decode(&call, &trap, &reader, &arena, &options);
	check_call(&call, &facts);
	call_decode_result(&call, &result, &reader, &arena);
	check_call(&call, NULL);
	arena_free(&arena);
	return 0;
}
