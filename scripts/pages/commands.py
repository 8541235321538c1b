"""The option tables of a built samara."""
import json
import subprocess
from dataclasses import dataclass, field


@dataclass
class Option:
    names: list
    value: str
    choices: list
    help: str
    environment: str
    default: str
    group: str
    several: bool
    argument: bool
    ignored: bool

    @property
    def takes_value(self):
        return bool(self.value or self.choices)

    @property
    def long_names(self):
        return [name for name in self.names if name.startswith("--")]

    @property
    def kind(self):
        """What its value is, for a shell: "file", "folder", "choice", "text", or "" for a flag."""
        if self.choices:
            return "choice"
        return {"FILE": "file", "FOLDER": "folder", "": ""}.get(self.value, "text")


@dataclass
class Command:
    path: str
    summary: str
    about: str = ""
    examples: str = ""
    options: list = field(default_factory=list)

    @property
    def shown(self):
        return [option for option in self.options if not option.ignored]


HELP = Option(["-h", "--help"], "", [], "Show this help and exit", "", "", "", False, False, False)


def ask(samara, *words):
    """Nothing for a command without a table of its own: generate-event has one an event."""
    done = subprocess.run([samara, *words, "--help-json"], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def read_commands(samara):
    commands = []
    for row in ask(samara):
        command = Command(row["command"], row["summary"])
        table = ask(samara, *row["command"].split())
        if table:
            command.about = table["summary"]
            command.examples = table["examples"].rstrip("\n")
            command.options = [Option(**option) for option in table["options"]]
            command.options.append(HELP)
        commands.append(command)
    return commands
