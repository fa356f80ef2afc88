"""Results as text."""

from figures import compare, median, summary


def _time(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds:.0f} s"
    return f"{seconds * 1e9:.0f} ns"


def _value(metric, value):
    if metric == "bytes":
        return f"{value:.1f} B"
    return _time(value if metric == "s" else value * 1e-9)


def _metric_lines(result, metric):
    samples, base = result["samples"], result["base"]
    title = result["row"] + ("" if metric in ("ns", "s", "bytes") else " " + metric[:-3])
    for subject, rounds in samples.items():
        values = [values[metric] for values in rounds]
        ratio = ""
        if base in samples:
            of = summary(compare(values, [values[metric] for values in samples[base]]))
            ratio = f"{of['median']:7.2f}  {of['low']:.2f}-{of['high']:.2f}"
        name = subject + (" (= 1)" if subject == base else "")
        yield f"{title:<18} {name:<24} {_value(metric, median(values)):>9}  {ratio}"


def result_lines(result):
    """The lines of one row."""
    for metric in result["metrics"]:
        yield from _metric_lines(result, metric)
    for subject, why in result["failed"].items():
        yield f"{result['row']:<18} {subject:<24} {'-':>9}  cannot: {why}"


def verdict_line(verdict):
    """One line for a demand."""
    shown = {"ratio": "{:.2f}", "difference": "{:+.4f} s", "value": "{:.1f} B"}[verdict["how"]]
    subject = verdict["subject"] + (" / " + verdict["against"] if verdict["against"] else "")
    met = "ok  " if verdict["met"] else "MISS"
    return (
        f"{met}  {verdict['what']:<30} {subject:<28} {shown.format(verdict['is']):>10}"
        f"  must be <= {shown.format(verdict['limit'])}"
    )


HEAD = f"{'row':<18} {'under':<24} {'median':>9}  {'ratio':>7}  half of the rounds"
