"""What Schemathesis cannot know: who is in the tenant, and how NDJSON is written."""

import json
import zlib

import schemathesis

USERS = [
    "adele.vance@contoso.com",
    "admin@contoso.com",
    "0a000004-5c1e-4f3a-9b7d-000000000004",
    "o'brien@contoso.com",
    "nestor.wilke@contoso.com",
]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Most names that are made up stand for somebody. Those that are none stay what they are."""
    user = (path_parameters or {}).get("user")
    if isinstance(user, str) and "@" in user[1:-1] and "/" not in user and "\\" not in user and user.isprintable():
        pick = zlib.crc32(user.encode("utf-8", "surrogatepass")) % (len(USERS) + 1)
        path_parameters["user"] = [*USERS, user][pick]
    return path_parameters


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    """What is no text is one line of JSON."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()
