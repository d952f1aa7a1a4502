"""The commands of ``authcore move``, in the order in which a move uses them."""

from cyclopts import App

from authcore_cli.move.execute_commands import ExecuteCommands
from authcore_cli.move.plan_command import PlanCommand
from authcore_cli.move.ready_command import ReadyCommand
from authcore_cli.move.rollback_command import RollbackCommand
from authcore_cli.move.run_commands import RunCommands
from authcore_cli.move.shadow_command import ShadowCommand
from authcore_cli.move.status_command import StatusCommand
from authcore_cli.process import CommandContext


def move_app(context: CommandContext) -> App:
    """Return ``authcore move``, built with *context*."""
    move = App(name="move", help="Move users of a source into the pool.", console=context.answers)
    move.command(PlanCommand(context).plan)
    move.command(RunCommands(context).list)
    move.command(RunCommands(context).show)
    execute = ExecuteCommands(context)
    move.command(execute.check)
    move.command(execute.run)
    move.command(execute.link)
    move.command(execute.open)
    move.command(execute.undo)
    move.command(ShadowCommand(context).shadow)
    move.command(ReadyCommand(context).ready)
    move.command(RollbackCommand(context).rollback)
    move.command(StatusCommand(context).status)
    move.command(StatusCommand(context).report)
    return move
