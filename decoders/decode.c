#include <errno.h>
#include <string.h>
#include <linux/audit.h>

#include "decoders/clone_args.h"
#include "decoders/decode/parts.h"

enum { PATH_KEPT = 4096 /* PATH_MAX: longer is ENAMETOOLONG */, PATH_COUNTED = 128 * 1024 };
enum { DATA_KEPT = 256 };

static const uint64_t low32 = UINT32_MAX;

static void decode_path(struct decoder *d, const struct call_field *field, struct value *v)
{
	(void)field;
	v->bytes = memory_string(&d->mem, v->num, PATH_KEPT, PATH_COUNTED);
}

static void decode_bytes(struct decoder *d, const struct call_field *field, struct value *v)
{
	uint64_t len = decode_number(d, field->len_arg);

	v->bytes =
		(struct bytes_value){ .status = VALUE_NOT_READ, .addr = v->num, .full_len = len };
	if (d->contents)
		v->bytes = memory_bytes(&d->mem, v->num, len, DATA_KEPT);
}

static void decode_fd_pair(struct decoder *d, const struct call_field *field, struct value *v)
{
	(void)d;
	(void)field;
	v->fd_pair.status = v->num ? VALUE_NOT_READ : VALUE_NULL;
}

/* mask: the bits of the number the kernel looks at; 0: all that a register has. */
static const struct type_decoder {
	uint64_t mask;
	value_decoder *decode; /* NULL: the number is all there is */
} types[VALUE_TYPES] = {
	[VALUE_INT] = { UINT32_MAX, NULL },
	[VALUE_UINT] = { UINT32_MAX, NULL },
	[VALUE_FD] = { UINT32_MAX, NULL },
	[VALUE_DIRFD] = { UINT32_MAX, NULL },
	[VALUE_PID] = { UINT32_MAX, NULL },
	[VALUE_FAMILY] = { UINT32_MAX, NULL },
	[VALUE_SOCKET_TYPE] = { UINT32_MAX, NULL },
	[VALUE_PROTOCOL] = { UINT32_MAX, NULL },
	[VALUE_SOCKET_FLAGS] = { UINT32_MAX, NULL },
	[VALUE_MSG_FLAGS] = { UINT32_MAX, NULL },
	[VALUE_AT_FLAGS] = { UINT32_MAX, NULL },
	[VALUE_PATH] = { 0, decode_path },
	[VALUE_BYTES] = { 0, decode_bytes },
	[VALUE_STRINGS] = { 0, decode_strings },
	[VALUE_ENVIRONMENT] = { 0, decode_environment },
	[VALUE_SOCKADDR] = { 0, decode_sockaddr },
	[VALUE_SOCKADDR_OUT] = { 0, decode_sockaddr_out },
	[VALUE_FD_PAIR_OUT] = { 0, decode_fd_pair },
	[VALUE_MSG] = { 0, decode_msg },
	[VALUE_MSGS] = { 0, decode_msgs },
};

static void decode_field(struct decoder *d, const struct call_field *field, struct value *v)
{
	uint64_t mask = field->mask ? field->mask : types[field->type].mask;

	v->type = field->type;
	v->num = decode_number(d, field->arg);
	if (mask)
		v->num &= mask;
	if (types[field->type].decode)
		types[field->type].decode(d, field, v);
}

static void decode_fields(struct decoder *d)
{
	struct call *call = d->call;
	const struct call_field *fields = call->desc->fields;

	while (call->values_len < CALL_FIELDS_MAX && fields[call->values_len].name) {
		struct value *v = &call->values[call->values_len];

		memset(v, 0, sizeof(*v));
		decode_field(d, &fields[call->values_len], v);
		call->values_len++;
	}
}

static ssize_t read_nothing(void *ctx, uint64_t addr, void *buf, size_t len)
{
	(void)ctx;
	(void)addr;
	(void)buf;
	(void)len;
	return -EFAULT;
}

/*
 * The numbers of the call are in memory that cannot be had: every value is
 * marked so, and what they would point to is unreadable, not absent. num is
 * what there is to show: an address or a length.
 */
static void mark_fields(struct decoder *d, enum value_status status, uint64_t num)
{
	static const struct mem_reader nothing = { .read = read_nothing };
	uint64_t numbers[CLONE_ARGS_NUMBERS];

	for (size_t i = 0; i < CLONE_ARGS_NUMBERS; i++)
		numbers[i] = 1; /* a pointer that is not NULL, a length that is not 0 */
	d->numbers = numbers;
	d->mem.reader = &nothing;
	decode_fields(d);
	for (size_t i = 0; i < d->call->values_len; i++) {
		d->call->values[i].status = status;
		d->call->values[i].num = num;
	}
	d->numbers = NULL;
}

/* Of clone3's numbers the size alone is in a register, and known in any case. */
static void mark_clone3(struct decoder *d, enum value_status status, uint64_t num, uint64_t size)
{
	mark_fields(d, status, num);
	for (size_t i = 0; i < d->call->values_len; i++) {
		if (d->call->desc->fields[i].arg != CLONE_ARGS_SIZE)
			continue;
		d->call->values[i].status = VALUE_OK;
		d->call->values[i].num = size;
	}
}

/* copy_clone_args_from_user() in kernel/fork.c: a longer struct's further members must be zero. */
static void decode_clone3(struct decoder *d)
{
	uint64_t numbers[CLONE_ARGS_NUMBERS] = { 0 };
	uint64_t addr = decode_number(d, 0), size = decode_number(d, 1);
	size_t known = CLONE_ARGS_LEN * sizeof(numbers[0]);

	if (size < CLONE_ARGS_BYTES_MIN || size > CLONE_ARGS_BYTES_MAX) {
		mark_clone3(d, VALUE_BAD_LENGTH, size, size);
		return;
	}
	if (!memory_read(&d->mem, addr, numbers, size < known ? (size_t)size : known)) {
		mark_clone3(d, addr ? VALUE_UNREADABLE : VALUE_NULL, addr, size);
		return;
	}
	numbers[CLONE_ARGS_SIZE] = size;
	d->numbers = numbers;
	d->pointer_mask = UINT64_MAX;
	decode_fields(d);
	d->numbers = NULL;
}

static void decode_clone(struct decoder *d)
{
	uint64_t numbers[6];

	memcpy(numbers, d->call->args, sizeof(numbers));
	if (d->call->abi->clone_tls_first) {
		numbers[3] = d->call->args[4];
		numbers[4] = d->call->args[3];
	}
	d->numbers = numbers;
	decode_fields(d);
	d->numbers = NULL;
}

static void decoder_init(
	struct decoder *d, struct call *call, const struct mem_reader *mem, struct arena *arena)
{
	d->call = call;
	d->arena = arena;
	d->contents = false;
	d->numbers = call->args;
	/* The kernel's compat entry takes the lower halves; x32 is no such entry. */
	d->pointer_mask = call->abi->audit_arch == AUDIT_ARCH_I386 ? low32 : UINT64_MAX;
	memory_init(&d->mem, mem, call->abi, arena, &call->read_errno);
}

static void decode_desc(struct decoder *d)
{
	struct call *call = d->call;

	if (!call->desc)
		return;
	if (call->args_unreadable)
		mark_fields(d, VALUE_UNREADABLE, d->block);
	else if (call->desc->id == CALL_CLONE3)
		decode_clone3(d);
	else if (call->desc->id == CALL_CLONE)
		decode_clone(d);
	else
		decode_fields(d);
}

void call_decode(struct call *call, const struct trap *trap, const struct mem_reader *mem,
	struct arena *arena, const struct decode_options *options)
{
	struct decoder d;

	memset(call, 0, offsetof(struct call, values));
	call->abi = abi_of_trap(trap);
	call->nr = trap->nr;
	memcpy(call->args, trap->args, sizeof(call->args));
	call->desc = call_desc((enum call_id)abi_call_id(call->abi, call->nr));
	abi_call_name(call->abi, call->nr, call->name, sizeof(call->name));
	decoder_init(&d, call, mem, arena);
	d.contents = options && options->contents;
	if (call_is_socketcall(call))
		decode_socketcall(&d);
	decode_desc(&d);
}

enum call_kind trap_call_kind(const struct trap *trap)
{
	const struct abi *abi = abi_of_trap(trap);
	const struct call_desc *desc = call_desc((enum call_id)abi_call_id(abi, trap->nr));

	return desc ? desc->kind : CALL_KIND_OTHER;
}

static void decode_result_field(
	struct decoder *d, const struct call_field *field, struct value *v, uint64_t result)
{
	if (v->status != VALUE_OK)
		return;
	if (v->type == VALUE_SOCKADDR_OUT)
		decode_sockaddr_result(d, field, v);
	else if (v->type == VALUE_FD_PAIR_OUT && v->num)
		decode_fd_pair_result(d, field, v);
	else if (v->type == VALUE_MSGS)
		decode_msgs_result(d, v, result);
}

/* Most calls have nothing that the kernel fills. */
static bool has_out(const struct call *call)
{
	for (size_t i = 0; i < call->values_len; i++) {
		enum value_type type = call->values[i].type;

		if (type == VALUE_SOCKADDR_OUT || type == VALUE_FD_PAIR_OUT || type == VALUE_MSGS)
			return true;
	}
	return false;
}

void call_decode_result(struct call *call, const struct call_result *result,
	const struct mem_reader *mem, struct arena *arena)
{
	struct decoder d;

	if (!result->known || result->is_error || result->value < 0 || !has_out(call))
		return;
	decoder_init(&d, call, mem, arena);
	for (size_t i = 0; i < call->values_len; i++)
		decode_result_field(
			&d, &call->desc->fields[i], &call->values[i], (uint64_t)result->value);
}
