"""What a run of many has begun and finished, on disk, so that another run goes on where it ended. It holds no pass."""

import json
import os


class Journal:
    """One file, a JSON document a line. One run at a time."""

    def __init__(self, path):
        self._known = {}
        with open(path, "a+b") as file:
            file.seek(0)
            end = 0
            for line in file:
                # A line without its end is one that a crash cut off: nothing was done on its word.
                if not line.endswith(b"\n"):
                    break
                self._remember(line, path)
                end += len(line)
            file.truncate(end)
        self._file = open(path, "ab")

    def close(self):
        self._file.close()

    def targets(self, users):
        """Who is left: not whoever is complete, and of whoever had begun only what was planned then."""
        for user in users:
            earlier = self._known.get(user.lower())
            if earlier is None:
                yield {"user": user}
            elif "planned" in earlier:
                yield {"user": user, "planned": earlier["planned"]}

    def started(self, intent):
        """Before the user's first write."""
        self._append({"started": intent})

    def finished(self, report):
        names = [name for name in (report["user"].get("id"), report["user"].get("userPrincipalName")) if name]
        self._append({"finished": {"names": names, "outcome": report["outcome"]}})

    def _append(self, line):
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _remember(self, text, path):
        try:
            line = json.loads(text)
            started, finished = line.get("started"), line.get("finished")
            if started is not None:
                known, names = {"planned": started["planned"]}, [started["user"], started["userId"]]
                names.append(started.get("userPrincipalName", started["userId"]))
            else:
                known, names = {}, finished["names"]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError(f"{path} is no journal of this program") from None
        # Whoever is finished, but not complete, is tried again.
        if started is not None or finished["outcome"] == "complete":
            self._known.update({name.lower(): known for name in names})
