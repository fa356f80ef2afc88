/*
 * A run as one page that needs nothing else: no network, no other file. The
 * page's own text, style and script are the files in html/, put into the
 * program when it is built; what differs is a block of JSON, which the script
 * puts on the page as text.
 *
 * Whatever a log has in it, nothing of it can run: the JSON cannot end its
 * block, and the page's policy allows the one script whose hash it names.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "report/html_data.h"
#include "report/html_files.h"
#include "report/report.h"
#include "report/report_out.h"

struct html_report {
	struct report report;
	struct report_out out;
	const char *name;
	struct run_model *model;
};

static struct html_report *html_of(struct report *report)
{
	return (struct html_report *)report;
}

static void html_record(struct report *report, const struct log_record *record)
{
	run_model_add(html_of(report)->model, record);
}

static void html_note(struct report *report, const char *sentence)
{
	run_model_note(html_of(report)->model, sentence);
}

/* 'sha256-...', as Content Security Policy names an inline script or style. */
static void add_hash(struct sbuf *out, const struct html_file *file)
{
	unsigned char digest[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!EVP_Digest(file->begin, html_file_len(file), digest, &len, EVP_sha256(), NULL)) {
		out->failed = true;
		return;
	}
	EVP_EncodeBlock(text, digest, (int)len);
	sbuf_fmt(out, "'sha256-%s'", (const char *)text);
}

static void add_policy(struct html_report *html)
{
	struct sbuf *out = &html->out.text;

	sbuf_str(out, "default-src 'none'; base-uri 'none'; form-action 'none'; style-src ");
	add_hash(out, &html_style);
	sbuf_str(out, "; script-src ");
	add_hash(out, &html_script);
}

static void add_style(struct html_report *html)
{
	sbuf_add(&html->out.text, html_style.begin, html_file_len(&html_style));
}

static void add_script(struct html_report *html)
{
	sbuf_add(&html->out.text, html_script.begin, html_file_len(&html_script));
}

/* In JSON '<' stands only within strings; without it there is no </script> and no <!--. */
static void add_data(struct html_report *html)
{
	struct sbuf data = SBUF_INIT, *out = &html->out.text;
	const char *at, *less;

	out->failed |= !html_data(html->model, html->name, &data);
	for (at = sbuf_text(&data); (less = strchr(at, '<')); at = less + 1) {
		sbuf_add(out, at, (size_t)(less - at));
		sbuf_str(out, "\\u003c");
		report_out_flush(&html->out);
	}
	sbuf_str(out, at);
	sbuf_free(&data);
}

/* The places in page.html, in the order in which they stand there. */
static const struct {
	const char *word;
	void (*add)(struct html_report *html);
} places[] = {
	{ "@POLICY@", add_policy },
	{ "@STYLE@", add_style },
	{ "@DATA@", add_data },
	{ "@SCRIPT@", add_script },
};

static void add_page(struct html_report *html)
{
	const char *at = html_page.begin;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *word = memmem(
			at, (size_t)(html_page.end - at), places[i].word, strlen(places[i].word));

		sbuf_add(&html->out.text, at, (size_t)(word - at));
		places[i].add(html);
		at = word + strlen(places[i].word);
	}
	sbuf_add(&html->out.text, at, (size_t)(html_page.end - at));
}

static int html_finish(struct report *report, struct err **err)
{
	struct html_report *html = html_of(report);
	int rc;

	run_model_finish(html->model);
	add_page(html);
	rc = report_out_finish(&html->out, err);
	run_model_free(html->model);
	free(html);
	return rc;
}

struct report *report_html_new(const struct report_options *options)
{
	struct html_report *html = calloc(1, sizeof(*html));

	if (!html)
		return NULL;
	*html = (struct html_report){
		.report = { html_record, html_note, html_finish },
		.out = { .fd = options->fd },
		.name = options->name,
		.model = run_model_new(),
	};
	if (!html->model) {
		free(html);
		return NULL;
	}
	return &html->report;
}
