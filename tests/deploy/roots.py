"""Where a walk over the source begins, for each door and for each command that calls AWS."""

from collections.abc import Mapping
from typing import Final

from authcore_cli.entrypoints import DOORS


COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "doctor": (
        "authcore_cli.doctor_command:DoctorCommand.doctor",
        "authcore.wiring.inspection:open_examination",
    ),
    "links": (
        "authcore_cli.links_commands:LinksCommands.audit",
        "authcore_cli.links_commands:LinksCommands.repair",
        "authcore_cli.links_wiring:link_tools",
        "authcore_cli.allow_create:AllowCreateCommand.allow_create",
        "authcore_cli.admin_wiring:pending_creates",
    ),
    "move": (
        "authcore_cli.move.plan_command:PlanCommand.plan",
        "authcore_cli.move.plan_wiring:plan_tools",
        "authcore_cli.move.execute_commands:ExecuteCommands.check",
        "authcore_cli.move.execute_commands:ExecuteCommands.run",
        "authcore_cli.move.execute_commands:ExecuteCommands.link",
        "authcore_cli.move.execute_commands:ExecuteCommands.open",
        "authcore_cli.move.execute_commands:ExecuteCommands.undo",
        "authcore_cli.move.run_work:RunWork.check",
        "authcore_cli.move.run_work:RunWork.execute",
        "authcore_cli.move.run_work:RunWork.link",
        "authcore_cli.move.run_work:RunWork.open",
        "authcore_cli.move.run_work:RunWork.undo",
        "authcore_cli.move.run_wiring:run_tools",
        "authcore_cli.move.status_command:StatusCommand.status",
        "authcore_cli.move.cockpit_wiring:census_tools",
        "authcore.domain.services.moves.census:CensusTaker.read",
    ),
    "move-ready": (
        "authcore_cli.move.ready_command:ReadyCommand.ready",
        "authcore_cli.move.rollback_command:RollbackCommand.rollback",
        "authcore_cli.move.evidence_wiring:open_evidence",
        "authcore.wiring.inspection:open_examination",
        "authcore.adapters.cognito.directory_listing:CognitoDirectoryListing.users",
        "authcore.adapters.inspection.queues:SqsQueueInspection.depth",
        "authcore.domain.services.moves.gathering:count_findings",
        "authcore.wiring.legacy_key:legacy_key",
    ),
    "sessions": (
        "authcore_cli.sessions_commands:SessionsCommands.end",
        "authcore_cli.sessions_commands:SessionsCommands.allow",
        "authcore_cli.admin_wiring:session_tools",
    ),
    "signin": (
        "authcore_cli.signin_command:SignInCommand.signin",
        "authcore_cli.signin_wiring:password_sign_in",
    ),
    "sync": (
        "authcore_cli.sync_commands:SyncCommands.run",
        "authcore_cli.sync_commands:SyncCommands.user",
        "authcore_cli.sync_wiring:sync_tools",
    ),
}
"""Each command, and what builds its tools."""

ROOTS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (f"authcore_cli.entrypoints:{door.__name__}",) for name, door in DOORS.items()},
    **COMMANDS,
}
