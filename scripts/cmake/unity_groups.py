#!/usr/bin/env python3
"""Which sources of a library may be compiled as one translation unit.

    unity_groups.py MOST_LINES SOURCE...

Writes a line a source, "GROUP PATH". Sources are one unit where no unnamed namespace can tell: what one of them declares
there must not be what another one, or a header of ours that it includes, declares outside of classes and functions: a
later one would find it instead of its own or of a header's, an earlier one may have included a header with the same name.
Such names are found by their layout, which clang-format decides: declarations stand at the begin of a line, those of
unnamed namespaces between "namespace {" and "} // namespace".
"""
import functools
import os
import re
import sys

LIBRARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lib")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)

NAMESPACE = re.compile(r"^namespace (samara[\w:]*) \{", re.M)
TYPE = re.compile(r"^(?:class|struct|union|enum(?: class)?)\s+(?:\[\[\w+\]\]\s*)?(\w+)")
# A function, variable or alias: the word before the first of these signs.
ALIAS = re.compile(r"^(?:using|namespace)\s+(?:(\w+)\s*=\s*([\w:<>, ]+)|(?:\w+::)+(\w+));$")
OTHER = re.compile(r"(operator[^\s(]+|\w+)\s*(?:\[\w*\]\s*)*[(={;]")
COMMENT_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
# Members and qualified names are looked up where they belong.
WORD = re.compile(r"(?<![\w.:>])[A-Za-z_]\w*|(?<=[^:]:)[A-Za-z_]\w*|(?<=[^-]>)[A-Za-z_]\w*")


def declared_names(text):
    """What the unnamed namespaces of a source and its macros declare, and its aliases (name to line)."""
    names = set(re.findall(r"^#define\s+(\w+)", text, re.M))
    aliases = {}
    inside = False
    for line in text.split("\n"):
        if alias := ALIAS.match(line):
            aliases[alias.group(1) or alias.group(3)] = line
        elif line.startswith("namespace {"):
            inside = True
        elif line.startswith("}") and "// namespace" in line:
            inside = False
        elif (inside or line.startswith("static ")) and re.match(r"[A-Za-z_:\[]", line):
            found = TYPE.match(line) or OTHER.search(line)
            if found:
                names.add(found.group(1))
    return names, aliases


def plain(whole):
    """A source without comments and texts, but for where its namespaces end."""
    text = COMMENT_OR_TEXT.sub(lambda match: " // namespace" if "// namespace" in match.group() else '""', whole)
    return re.sub(r"\s+\n", "\n", text)


def outer_words(text):
    """The words of what is declared outside of classes and functions, but for parameters: names further in hide others."""
    return set(WORD.findall("\n".join(
        line.partition("(")[0] for line in text.split("\n") if re.match(r"[A-Za-z_:\[#]", line))))


@functools.cache
def header(path):
    """The words of what a header of ours declares outside of classes, its namespace, and the headers that it includes."""
    with open(path, encoding="utf-8") as file:
        whole = file.read()
    return outer_words(plain(whole)), namespace(whole), headers_of(path, whole)


def headers_of(path, whole):
    places = [[os.path.join(folder, name) for folder in (os.path.dirname(path), LIBRARY)] for name in INCLUDE.findall(whole)]
    return [os.path.realpath(found) for found in (next(filter(os.path.isfile, place), None) for place in places) if found]


def namespace(whole):
    found = NAMESPACE.search(whole)
    return found.group(1) + "::" if found else ""


def words_of_headers(path, whole, used):
    """Of all that a source includes, at any depth: what its own namespace and those around it declare, and of what others
    declare the words that it uses, since arguments bring their namespaces with them."""
    words, seen, waiting = set(), set(), headers_of(path, whole)
    own = namespace(whole)
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            more, its, includes = header(file)
            words |= more if own.startswith(its) else more & used
            waiting += includes
    return words


def read(path):
    with open(path, encoding="utf-8") as file:
        whole = file.read()
    text = plain(whole)
    names, aliases = declared_names(text)
    return names, aliases, outer_words(text) | set(aliases) | words_of_headers(path, whole, set(WORD.findall(text))), whole.count("\n")


def main():
    most_lines = int(sys.argv[1])
    groups = []
    for path in sys.argv[2:]:
        names, aliases, words, lines = read(path)
        for group in groups:
            if (group["lines"] + lines <= most_lines and not group["names"] & words
                    and not names & group["words"]
                    and all(aliases.get(name) == line for name, line in group["aliases"].items() if name in words)):
                break
        else:
            group = {"lines": 0, "names": set(), "words": set(), "aliases": {}, "number": len(groups)}
            groups.append(group)
        group["lines"] += lines
        group["names"] |= names
        group["words"] |= words
        group["aliases"] |= aliases
        print(group["number"], path)


if __name__ == "__main__":
    main()
