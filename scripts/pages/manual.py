"""The manual page, samara(1)."""

HEAD = r'''.\" Written by scripts/command-pages.
.TH SAMARA 1 "" "samara" "User Commands"
.SH NAME
samara \- build and run AWS serverless applications on this machine
.SH SYNOPSIS
.B samara
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
samara builds and runs serverless applications from the same template.yaml that AWS deploys. It takes the
command line of the AWS SAM CLI, so that
.B alias sam=samara
works. Functions run in containers where a Docker engine answers, else in sandboxes made by
.BR bwrap (1).
.SH COMMANDS
'''

TAIL = r'''.SH FILES
.TP
.I template.yaml, template.yml, template.json
The template, in this folder.
.TP
.I samconfig.toml
Values of options, beside the template. See
.BR \-\-config\-file .
.TP
.I .aws-sam/build
What
.B samara build
makes.
.TP
.I ~/.cache/samara, ~/.aws-sam/layers-pkg
What can be made or fetched again.
.SH EXIT STATUS
.TP
.B 0
Success. Also when a function that was invoked has failed: its error is the result.
.TP
.B 1
A failure, or stopped by Ctrl-C.
.TP
.B 2
Wrong usage.
.SH SEE ALSO
.BR bwrap (1),
.BR docker (1),
.BR aws (1)
'''


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def section(command):
    lines = [f".SS samara {escaped(command.path)}", escaped(command.about or command.summary)]
    for option in command.shown:
        value = "|".join(option.choices) or option.value
        names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in option.names)
        lines += [".TP", names + (f" \\fI{escaped(value)}\\fR" if value else "") + (" ..." if option.several else "")]
        text = option.help
        if option.default:
            text += f" [default: {option.default}]"
        if option.environment:
            text += f" [env: {option.environment}]"
        lines.append(escaped(text))
    if command.examples:
        lines += [".PP", "Examples:", ".PP", ".nf", escaped(command.examples), ".fi"]
    return "\n".join(lines) + "\n"


def page(commands):
    return HEAD + "".join(section(command) for command in commands) + TAIL
