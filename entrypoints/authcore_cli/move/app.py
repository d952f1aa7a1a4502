"""The commands of ``authcore move``, in the order in which a move uses them."""

from cyclopts import App

from authcore_cli.move.ready_command import ReadyCommand
from authcore_cli.move.rollback_command import RollbackCommand
from authcore_cli.move.run_commands import RunCommands
from authcore_cli.move.status_command import StatusCommand
from authcore_cli.process import CommandContext


def move_app(context: CommandContext) -> App:
    """Return ``authcore move``, built with *context*."""
    move = App(name="move", help="Move users of a source into the pool.", console=context.answers)
    move.command(RunCommands(context).list)
    move.command(RunCommands(context).show)
    move.command(ReadyCommand(context).ready)
    move.command(RollbackCommand(context).rollback)
    move.command(StatusCommand(context).status)
    move.command(StatusCommand(context).report)
    return move
