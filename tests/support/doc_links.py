#!/usr/bin/python3
"""Whether the links of the documentation lead somewhere: doc_links.py PAGE...

A relative link must name a file, and its #fragment a heading of that page, as GitHub and
GitLab make fragments of headings. Prints a line for each fault and ends with 1 if there is
one.
"""
import os
import re
import sys

LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")


def text_of(page):
    with open(page, encoding="utf-8") as file:
        return re.sub(r"^```.*?^```$", "", file.read(), flags=re.M | re.S)


def fragments_of(page):
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def faults_of(page):
    for path, fragment in LINK.findall(text_of(page)):
        target = os.path.join(os.path.dirname(page), path) if path else page
        if not os.path.exists(target):
            yield f"{page}: {path} is not there"
        elif fragment and fragment not in fragments_of(target):
            yield f"{page}: {target} has no heading #{fragment}"


def main():
    faults = [fault for page in sys.argv[1:] for fault in faults_of(page)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
