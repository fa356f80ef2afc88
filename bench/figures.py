"""Medians and spreads."""

import statistics

median = statistics.median


def compare(values, base, how="ratio"):
    """Round by round: what was measured in the same round is what is compared."""
    pairs = zip(values, base)
    return [a / b for a, b in pairs] if how == "ratio" else [a - b for a, b in pairs]


def summary(values):
    """The median, and the quarters between which half of the rounds lie."""
    if len(values) == 1:
        low = high = values[0]
    else:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median(values), "low": low, "high": high}
