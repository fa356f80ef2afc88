#include "report/report_out.h"

#include <errno.h>

#include "report/output.h"

enum { PIECE = 64 * 1024 };

static void write_piece(struct report_out *out)
{
	int rc = 0;

	if (out->text.failed)
		out->failed = out->failed ? out->failed : ENOMEM;
	if (!out->failed && out->text.len)
		rc = output_write(out->fd, out->text.data, out->text.len);
	if (rc < 0)
		out->failed = -rc;
	sbuf_reset(&out->text);
}

void report_out_flush(struct report_out *out)
{
	if (out->text.len >= PIECE || out->text.failed)
		write_piece(out);
}

int report_out_finish(struct report_out *out, struct err **err)
{
	write_piece(out);
	sbuf_free(&out->text);
	if (out->failed)
		return err_set(err, out->failed, "cannot write the report");
	return 0;
}
