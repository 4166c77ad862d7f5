"""The component entra-mfa-reset.wasm in Python, on wasmtime's wheel."""

import json
from pathlib import Path

import wasmtime
from wasmtime import component as wit

from wit import Unfit, lift, lower

# All that the component may import. WASI is linked whole, so the list is compared before anything runs.
IMPORTS = {
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
}
RESET = "entra:mfa-reset/reset@0.1.0"


class MfaResetError(Exception):
    """Nothing was written. `code` is stable; `help` says what to do next."""

    def __init__(self, code, message, help, retryable=False, graph=None):
        super().__init__(f"{code}: {message}. {help}")
        self.code = code
        self.message = message
        self.help = help
        self.retryable = retryable
        self.graph = graph


class Plugin:
    """The compiled component. Compiling takes a second or two; keep it, and make a client for each credential."""

    def __init__(self, path):
        self.engine = wasmtime.Engine()
        self.component = wit.Component.from_file(self.engine, Path(path))
        asked = {name.partition("@")[0] for name in self.component.type.imports(self.engine)}
        if not asked <= IMPORTS:
            raise ValueError(f"{path} asks for more than it should: {', '.join(sorted(asked - IMPORTS))}")
        self.linker = wit.Linker(self.engine)
        self.linker.add_wasip2()
        self.linker.add_wasi_http()


class Client:
    """One tenant, seen through one credential. Not for two threads at once: give each its own.

    `options` is what the WIT calls client-options, in camelCase: `credential` is {"accessToken": …},
    {"clientSecret": {"tenantId": …, "clientId": …, "clientSecret": …}} or {"managedIdentity": {…}}; `graphUrl`,
    `authorityHost`, `cloud`, `protect`, `limits`.
    """

    def __init__(self, plugin, options):
        self._store = wasmtime.Store(plugin.engine)
        # No arguments, environment, files or standard streams.
        self._store.set_wasi(wasmtime.WasiConfig())
        self._store.set_wasi_http()
        self._instance = plugin.linker.instantiate(self._store, plugin.component)
        self._exports = self._instance.get_export_index(self._store, RESET)
        self._client = self._call("[constructor]client", options)

    def preflight(self, request=None):
        """Says what the token allows of what a request needs."""
        return self._result("[method]client.preflight", "preflight-to-json", self._client, request)

    def status(self, user):
        """Lists what is registered."""
        return self._result("[method]client.status", "status-to-json", self._client, user)

    def plan(self, request):
        """Says what `reset` would do."""
        return self._result("[method]client.plan", "to-json", self._client, request)

    def reset(self, request):
        """Resets one user. Raises MfaResetError when nothing was written; otherwise the report says how it went."""
        return self._result("[method]client.reset", "to-json", self._client, request)

    def reset_many(self, targets, defaults, begin, stop=lambda: False):
        """Resets many users, names or requests, and yields their reports in the order in which they finish.

        `begin` is called with each user's intent before the first write; have it on disk when it returns. Once `stop`
        says so nobody else is let in. Leaving the loop early ends the run at once: what was in flight may have been
        done.
        """
        targets = iter(targets)
        run = self._call("[method]client.reset-many", self._client, defaults)
        try:
            while True:
                intent = self._call("[method]bulk-run.begin", run)
                if intent is not None:
                    begin(lift(self._type("[method]bulk-run.begin").result, intent))
                    continue
                event = self._call("[method]bulk-run.next", run)
                if event is None:
                    break
                if isinstance(event, int):
                    self._feed(run, [] if stop() else take(targets, event))
                else:
                    yield json.loads(self._function("to-json")(self._store, event))
            self._checked("[method]bulk-run.outcome", run)
        finally:
            run.drop(self._store)

    def _feed(self, run, targets):
        if targets:
            self._checked("[method]bulk-run.push", run, targets)
        else:
            self._call("[method]bulk-run.close", run)

    def _result(self, name, to_json, *arguments):
        """What it returns, in the bytes that every host gives."""
        return json.loads(self._function(to_json)(self._store, self._checked(name, *arguments)))

    def _checked(self, name, *arguments):
        """What it returns, unless that is an error."""
        answer = self._call(name, *arguments)
        result = self._type(name).result
        # wasmtime names the case only where the value does not tell one from the other.
        if not isinstance(answer, wit.Variant):
            answer = wit.Variant("ok" if answer is None else "err", answer)
        if answer.tag == "err":
            raise MfaResetError(**lift(result.err, answer.payload))
        return answer.payload

    def _call(self, name, *arguments):
        try:
            kinds = [kind for _, kind in self._type(name).params]
            lowered = [
                value if isinstance(value, wit.ResourceAny) else lower(kind, value)
                for kind, value in zip(kinds, arguments, strict=True)
            ]
        except Unfit as unfit:
            raise MfaResetError("invalidInput", str(unfit), "Correct the request.") from None
        return self._function(name)(self._store, *lowered)

    def _type(self, name):
        return self._function(name).type(self._store)

    def _function(self, name):
        index = self._instance.get_export_index(self._store, name, self._exports)
        return self._instance.get_func(self._store, index)


def take(items, at_most):
    """The next few, names as requests."""
    taken = [item for _, item in zip(range(at_most), items)]
    return [{"user": item} if isinstance(item, str) else item for item in taken]
