"""Tables of options in Markdown, between two comments."""
import re
import sys

BLOCK = re.compile(r"(<!-- options: ([^\n]*?) -->\n).*?(<!-- end -->)", re.S)


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def rows_of(options):
    yield "| option | what it does |"
    yield "| --- | --- |"
    for option in options:
        names = ", ".join(f"`{name}`" for name in option.names)
        if option.choices:
            names += f" `{'`, `'.join(option.choices)}`"
        elif option.value:
            names += f" {cell(option.value)}"
        if option.several:
            names += " ..."
        text = cell(option.help)
        if option.default:
            text += f" (default `{cell(option.default)}`)"
        if option.environment:
            text += f" (environment `{option.environment}`)"
        yield f"| {names} | {text} |"


def block(command):
    lines = []
    if command.examples:
        lines += ["```", *(line.strip() for line in command.examples.split("\n")), "```", ""]
    groups = []
    for option in command.shown:
        if option.group not in groups:
            groups.append(option.group)
    for group in sorted(groups, key=lambda group: group == ""):
        if group:
            lines += [f"**{group}**", ""]
        lines += [*rows_of([option for option in command.shown if option.group == group]), ""]
    ignored = [option for option in command.options if option.ignored]
    if ignored:
        names = "; ".join(f"`{'`, `'.join(option.names)}` ({option.help})" for option in ignored)
        lines += [f"Accepted, without effect: {names}.", ""]
    return "\n".join(lines)


def update(commands, files, check):
    by_path = {command.path: command for command in commands if command.options}
    seen = set()
    wrong = []
    for file in files:
        before = file.read_text()

        def replaced(match):
            path = match.group(2)
            if path not in by_path:
                wrong.append(f"{file}: there is no command '{path}'")
                return match.group()
            seen.add(path)
            return match.group(1) + block(by_path[path]) + match.group(3)

        after = BLOCK.sub(replaced, before)
        if after != before:
            if check:
                wrong.append(f"{file}: the tables of options are out of step: scripts/command-pages SAMARA docs docs/commands/*.md")
            else:
                file.write_text(after)
    wrong += [f"no page has the options of '{path}'" for path in by_path if path not in seen]
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0
