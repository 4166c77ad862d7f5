#!/usr/bin/env python3
"""Resets the multifactor authentication of Entra ID users. Reports go to stdout, one JSON document a line; a report
may hold a Temporary Access Pass.

Credentials come from the environment: ENTRA_ACCESS_TOKEN; or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET;
or IDENTITY_ENDPOINT and IDENTITY_HEADER."""

import argparse
import json
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

from entra_mfa_reset import Client, MfaResetError, Plugin
from journal import Journal

COMPONENT = Path(__file__).resolve().parents[2] / "dist" / "entra-mfa-reset.wasm"
# Exit codes, those of the npm command.
LESS, USAGE, GUARDED, NOT_SIGNED_IN = 1, 2, 3, 4
EXIT = {
    "invalidInput": USAGE,
    "protectedUser": GUARDED,
    "managementRestricted": GUARDED,
    "unauthenticated": NOT_SIGNED_IN,
    "forbidden": NOT_SIGNED_IN,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--component", default=COMPONENT, metavar="FILE")
    parser.add_argument("--protect", action="append", default=[], metavar="USER", help="always refused; repeatable")
    parser.add_argument("--pass", action="store_true", dest="issue_pass", help="issue a Temporary Access Pass")
    parser.add_argument("--reason", metavar="TICKET", help="echoed into every report")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("one", help="reset one user")
    one.add_argument("user", help="object id or user principal name")
    many = commands.add_parser("many", help="reset many users; the same command goes on where it ended")
    many.add_argument("users", help="a file of object ids or user principal names, one a line")
    many.add_argument("--journal", required=True, metavar="FILE", help="what was begun and finished")
    many.add_argument("--max-users", type=int, default=100, metavar="N", help="a longer list is refused (100)")
    return parser.parse_args()


def credential(env):
    if token := env.get("ENTRA_ACCESS_TOKEN", "").strip():
        return {"accessToken": token}
    if secret := env.get("AZURE_CLIENT_SECRET"):
        application = {"tenantId": env.get("AZURE_TENANT_ID", ""), "clientId": env.get("AZURE_CLIENT_ID", "")}
        return {"clientSecret": {**application, "clientSecret": secret}}
    if env.get("IDENTITY_ENDPOINT") and env.get("IDENTITY_HEADER"):
        identity = {"endpoint": env["IDENTITY_ENDPOINT"], "header": env["IDENTITY_HEADER"]}
        return {"managedIdentity": {**identity, "clientId": env.get("AZURE_CLIENT_ID")}}
    raise MfaResetError("unauthenticated", "no credential is set", "See --help for the variables.")


def connect(given):
    options = {"credential": credential(os.environ), "protect": given.protect}
    options["graphUrl"] = os.environ.get("GRAPH_URL")
    options["authorityHost"] = os.environ.get("AZURE_AUTHORITY_HOST")
    return Client(Plugin(given.component), options)


def one(given, request):
    report = connect(given).reset({"user": given.user, **request})
    print(json.dumps(report), flush=True)
    return 0 if report["outcome"] == "complete" else LESS


def many(given, request):
    users = [line.strip() for line in Path(given.users).read_text(encoding="utf-8").splitlines() if line.strip()]
    if len(users) > given.max_users:
        raise ValueError(f"these are {len(users)} users, and at most {given.max_users} are allowed: see --max-users")
    less, stopped = 0, interrupted()
    with closing(Journal(given.journal)) as journal:
        targets = journal.targets(users)
        with closing(connect(given).reset_many(targets, request, journal.started, stopped)) as reports:
            for report in reports:
                # Whoever reads has the report, and a pass in it, before the journal says that the user is finished.
                print(json.dumps(report), flush=True)
                journal.finished(report)
                less += report["outcome"] != "complete"
        left = sum(1 for _ in targets)
    print(f"not complete: {less}; not begun: {left}", file=sys.stderr)
    return LESS if less or left else 0


def interrupted():
    """Whether Ctrl-C was pressed. It is heard whenever a user begins or is finished; a second one ends at once."""
    pressed = []

    def press(*_):
        pressed.append(True)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        print("Users under way are finished first; Ctrl-C again ends at once.", file=sys.stderr)

    signal.signal(signal.SIGINT, press)
    return lambda: bool(pressed)


def main():
    given = arguments()
    request = {"temporaryAccessPass": True if given.issue_pass else None, "reason": given.reason}
    try:
        return (one if given.command == "one" else many)(given, request)
    except MfaResetError as error:
        print(error, file=sys.stderr)
        return EXIT.get(error.code, LESS)
    except (OSError, ValueError) as error:
        print(f"reset.py: {error}", file=sys.stderr)
        return USAGE


if __name__ == "__main__":
    sys.exit(main())
