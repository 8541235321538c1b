"""Completion for bash, zsh and fish: commands, options and their values, the functions of the template, and the
sample events. What depends on the folder is asked of `samara complete`."""

TAKES_FUNCTIONS = ("local invoke", "local start-lambda", "build")


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def first_words(commands):
    return sorted({command.path.split()[0] for command in commands})


def groups(commands):
    """{"local": ["invoke", ...]}"""
    found = {}
    for command in commands:
        words = command.path.split()
        for i in range(1, len(words)):
            following = found.setdefault(" ".join(words[:i]), [])
            if words[i] not in following:
                following.append(words[i])
    return found


BASH = '''# Completion of bash for samara. Written by scripts/command-pages.

_samara_subcommands() {
    case $1 in
%(subcommands)s
    esac
}

_samara_options() {
    case $1 in
%(options)s
    esac
}

# What the value of an option is: words, @file, @folder, @text; nothing for a flag.
_samara_values() {
    case "$1 $2" in
%(values)s
    esac
}

_samara() {
    local current=${COMP_WORDS[COMP_CWORD]} path= option= word i kind
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case " $(_samara_subcommands "$path") " in
            *" $word "*) path=${path:+$path }$word ;;
            *) [ "$word" = "=" ] || option=$word ;;
        esac
    done
    [ "$COMP_CWORD" -gt 0 ] || return
    word=${COMP_WORDS[COMP_CWORD - 1]}
    if [ "$current" = "=" ]; then current=; elif [ "$word" = "=" ]; then word=${COMP_WORDS[COMP_CWORD - 2]}; fi
    kind=$(_samara_values "$path" "$word")
    case $kind in
        @file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;
        @folder) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")); return ;;
        @text) return ;;
        ?*) COMPREPLY=($(compgen -W "$kind" -- "$current")); return ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$(_samara_options "$path")" -- "$current"))
        return
    fi
    case $path in
        "local generate-event")
            if [ "$COMP_CWORD" -eq 3 ]; then
                COMPREPLY=($(compgen -W "$(samara complete services)" -- "$current"))
            elif [ "$COMP_CWORD" -eq 4 ]; then
                COMPREPLY=($(compgen -W "$(samara complete events "${COMP_WORDS[3]}")" -- "$current"))
            fi ;;
        %(takes_functions)s)
            COMPREPLY=($(compgen -W "$(samara complete functions)" -- "$current")) ;;
        *) COMPREPLY=($(compgen -W "$(_samara_subcommands "$path")" -- "$current")) ;;
    esac
}

complete -F _samara samara
'''


def bash(commands):
    subcommands = [f'        "") echo {quoted(" ".join(first_words(commands)))} ;;']
    subcommands += [f"        {quoted(path)}) echo {quoted(' '.join(words))} ;;"
                    for path, words in sorted(groups(commands).items())]
    options = ['        "") echo \'--version --info --debug --help\' ;;']
    values = []
    for command in commands:
        names = [name for option in command.shown if not option.argument for name in option.names]
        if names:
            options.append(f"        {quoted(command.path)}) echo {quoted(' '.join(names))} ;;")
        for option in command.options:
            if option.takes_value and not option.argument:
                value = " ".join(option.choices) or "@" + option.kind
                patterns = "|".join(quoted(f"{command.path} {name}") for name in option.names)
                values.append(f"        {patterns}) echo {quoted(value)} ;;")
    return BASH % {
        "subcommands": "\n".join(subcommands), "options": "\n".join(options), "values": "\n".join(values),
        "takes_functions": "|".join(f'"{path}"' for path in TAKES_FUNCTIONS)}


ZSH_ACTIONS = {"file": "_files", "folder": "_files -/", "text": " "}


def zsh_text(text):
    for sign in "\\[]:":
        text = text.replace(sign, "\\" + sign)
    return text


def zsh_option(option):
    value = ""
    if option.takes_value:
        action = f"({' '.join(option.choices)})" if option.choices else ZSH_ACTIONS[option.kind]
        value = f":{zsh_text(option.value.lower() or 'value')}:{action}"
    excluded = " ".join(option.names)
    star = "*" if option.several else f"({excluded})"
    return [quoted(f"{star}{name}[{zsh_text(option.help)}]{value}") for name in option.names]


def zsh_arguments(command):
    if command.path == "local generate-event":
        return ["'1:service:{compadd -- ${(f)\"$(samara complete services)\"}}'",
                "'2:event:{compadd -- ${(f)\"$(samara complete events $words[2])\"}}'"]
    if command.path in TAKES_FUNCTIONS:
        return ["'*:function:{compadd -- ${(f)\"$(samara complete functions)\"}}'"]
    return []


def zsh(commands):
    by_group = groups(commands)
    lines = ["#compdef samara", "# Completion of zsh for samara. Written by scripts/command-pages.", ""]
    for command in commands:
        lines.append(f"_samara_{command.path.replace(' ', '_').replace('-', '_')}() {{")
        specs = [spec for option in command.shown if not option.argument for spec in zsh_option(option)]
        lines.append("    _arguments -s " + " \\\n        ".join([*specs, *zsh_arguments(command)]))
        lines += ["}", ""]

    def chooser(name, path):
        words = first_words(commands) if not path else by_group[path]
        lines.append(f"{name}() {{")
        lines.append("    local -a commands=(")
        for word in words:
            full = f"{path} {word}".strip()
            summary = next((command.summary for command in commands if command.path == full), "commands of this group")
            lines.append(f"        {quoted(zsh_text(word) + ':' + zsh_text(summary))}")
        lines.append("    )")
        lines.append("    if (( CURRENT == 2 )); then _describe command commands; return; fi")
        lines.append("    local word=$words[2]; shift words; (( CURRENT-- ))")
        lines.append("    case $word in")
        for word in words:
            full = f"{path} {word}".strip()
            lines.append(f"        {word}) _samara_{full.replace(' ', '_').replace('-', '_')} ;;")
        lines.extend(["    esac", "}", ""])

    for path in sorted(by_group, reverse=True):
        chooser(f"_samara_{path.replace(' ', '_').replace('-', '_')}", path)
    chooser("_samara", "")
    lines.append('_samara "$@"')
    return "\n".join(lines) + "\n"


FISH = '''# Completion of fish for samara. Written by scripts/command-pages.

# Whether the words typed so far begin with these, as the command.
function __samara_at
    set -l words (commandline -opc)
    set -e words[1]
    test (count $words) -ge (count $argv); or return 1
    for i in (seq (count $argv))
        test "$words[$i]" = "$argv[$i]"; or return 1
    end
end

# Whether these are all the words.
function __samara_just
    set -l words (commandline -opc)
    test (count $words) -eq (math (count $argv) + 1); and __samara_at $argv
end

complete -c samara -f
'''


def fish_option(command, option):
    line = f"complete -c samara -n '__samara_at {command.path}'"
    for name in option.names:
        if name.startswith("--"):
            line += f" -l {name[2:]}"
        elif len(name) == 2:
            line += f" -s {name[1:]}"
        else:
            line += f" -o {name[1:]}"
    if option.choices:
        line += f" -x -a {quoted(' '.join(option.choices))}"
    elif option.kind == "file":
        line += " -r -F"
    elif option.kind == "folder":
        line += " -x -a '(__fish_complete_directories)'"
    elif option.takes_value:
        line += " -x"
    return line + f" -d {quoted(option.help)}"


def fish(commands):
    lines = [FISH]
    summaries = {command.path: command.summary for command in commands}
    for path, words in [("", first_words(commands)), *sorted(groups(commands).items())]:
        for word in words:
            about = summaries.get(f"{path} {word}".strip(), "")
            lines.append(f"complete -c samara -n '__samara_just {path}' -a {word} -d {quoted(about)}")
    for command in commands:
        lines += [fish_option(command, option) for option in command.shown if not option.argument]
        if command.path in TAKES_FUNCTIONS:
            lines.append(f"complete -c samara -n '__samara_at {command.path}' -a '(samara complete functions)'")
    lines.append("complete -c samara -n '__samara_just local generate-event' -a '(samara complete services)'")
    lines.append("complete -c samara -n '__samara_at local generate-event; and test (count (commandline -opc)) -eq 4' "
                 "-a '(samara complete events (commandline -opc)[4])'")
    return "\n".join(lines) + "\n"
