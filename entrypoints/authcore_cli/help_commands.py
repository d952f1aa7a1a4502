"""``authcore help`` and ``authcore completion``."""

from typing import Literal

import attrs
from cyclopts import App

from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.terminal_text import printable


Shell = Literal["bash", "fish", "powershell", "zsh"]


@attrs.frozen
class HelpCommands:
    """
    Tells what the command can do.

    Attributes:
        context: Where answers go.
        app: All commands.
    """

    context: CommandContext
    app: App

    def help(self, *command: str) -> ExitStatus:
        """
        Show what a command does, as its option --help does.

        Args:
            command: Its words, such as links audit; none for the list of commands.
        """
        _, _, unknown = self.app.parse_commands(command)
        if unknown:
            self.context.complain(f"no such command: {printable(' '.join(command))}")
            return ExitStatus.USAGE
        self.app.help_print(command, console=self.context.answers)
        return ExitStatus.OK

    def completion(self, shell: Shell, /) -> ExitStatus:
        """
        Print a script by which a shell completes commands and options.

        Args:
            shell: In bash, put source <(authcore completion bash) into ~/.bashrc.
        """
        self.context.say(self.app.generate_completion(shell=shell).rstrip("\n"))
        return ExitStatus.OK
