#include <inttypes.h>
#include <linux/vm_sockets.h>

#include "decoders/family.h"

static bool vsock_decode(struct sockaddr_value *s)
{
	struct sockaddr_vm vm;

	address_padded(s, &vm, sizeof(vm));
	s->vsock.cid = vm.svm_cid;
	s->vsock.port = vm.svm_port;
	s->vsock.flags = vm.svm_flags;
	return true;
}

static void vsock_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	/* VMADDR_CID_ANY, VMADDR_PORT_ANY */
	if (s->vsock.cid == UINT32_MAX)
		sbuf_str(out, "vsock any");
	else
		sbuf_fmt(out, "vsock %" PRIu32, s->vsock.cid);
	if (s->vsock.port == UINT32_MAX)
		sbuf_str(out, ":any");
	else
		sbuf_fmt(out, ":%" PRIu32, s->vsock.port);
	if (s->vsock.flags)
		sbuf_fmt(out, " flags 0x%x", s->vsock.flags);
}

static void vsock_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	record_number(out->record, "cid", s->vsock.cid);
	record_number(out->record, "port", s->vsock.port);
	json_put_nonzero(out, "vsock_flags", s->vsock.flags);
}

static bool vsock_read(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK };

	if (!json_in_number32(in, "cid", &vm.svm_cid) ||
		!json_in_number32(in, "port", &vm.svm_port))
		return false;
	vm.svm_flags = (uint8_t)json_in_number(in, "vsock_flags", "");
	address_set_raw(s, &vm, sizeof(vm));
	return true;
}

const struct address_family vsock_family = {
	.min_len = sizeof(struct sockaddr_vm),
	.decode = vsock_decode,
	.text = vsock_text,
	.json = vsock_json,
	.read = vsock_read,
};
