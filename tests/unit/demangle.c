/* Symbols as their authors wrote them, and what hostile ones come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tracer/stack/demangle.h"

static void expect(const char *symbol, const char *name)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	demangle(&out, symbol);
	assert_string_equal(sbuf_text(&out), name);
}

static void plain_names_stay(void **state)
{
	(void)state;
	expect("main", "main");
	expect("__libc_start_main", "__libc_start_main");
	expect("_Z", "_Z");
	expect("_R", "_R");
	expect("", "");
	expect("@", "@");
}

static void versions_are_left_out(void **state)
{
	(void)state;
	expect("connect@@GLIBC_2.2.5", "connect");
	expect("_ZNSt6thread15_M_start_threadEv@GLIBCXX_3.4", "std::thread::_M_start_thread()");
}

static void cplusplus(void **state)
{
	(void)state;
	expect("_ZN4node7TCPWrap7ConnectERKN2v820FunctionCallbackInfoINS1_5ValueEEE",
		"node::TCPWrap::Connect(v8::FunctionCallbackInfo<v8::Value> const&)");
	expect("_ZN12_GLOBAL__N_13runEi", "(anonymous namespace)::run(int)");
}

static void rust(void **state)
{
	(void)state;
	expect("_ZN4core3fmt5write17h05af221e174051e9E", "core::fmt::write");
	expect("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar");
	expect("_RNvNtC0m_te3foo4", "_RNvNtC0m_te3foo4"); /* an empty part, then an end too soon */
}

/* Each parameter is a pair of the one before, twice: 10 bytes more, and twice the text. */
static void a_name_that_explodes_is_cut(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	cleanup_sbuf struct sbuf symbol = SBUF_INIT, out = SBUF_INIT;

	(void)state;
	sbuf_str(&symbol, "_Z1fSt4pairIiiE");
	for (size_t i = 0; i + 1 < sizeof(digits); i++)
		sbuf_fmt(&symbol, "S_IS%c_S%c_E", digits[i], digits[i]);
	demangle(&out, sbuf_text(&symbol));
	assert_int_equal(out.len, DEMANGLED_MAX);
	assert_memory_equal(out.data, "f(std::pair<int, int>, std::pair<std::pair<int, int>", 50);
}

static void a_name_of_any_length_is_cut(void **state)
{
	cleanup_sbuf struct sbuf symbol = SBUF_INIT, out = SBUF_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		sbuf_str(&symbol, i ? "P" : "_Z1f");
	demangle(&out, sbuf_text(&symbol));
	assert_true(out.len < DEMANGLED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_names_stay),
		cmocka_unit_test(versions_are_left_out),
		cmocka_unit_test(cplusplus),
		cmocka_unit_test(rust),
		cmocka_unit_test(a_name_that_explodes_is_cut),
		cmocka_unit_test(a_name_of_any_length_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
