"""The same with Microsoft's Python SDK and its retry handler as it comes, one user after another."""

import argparse
import asyncio
import json
import os
import resource
import sys
import time

print(json.dumps({"begin": time.time() * 1000}), flush=True)

from azure.core.credentials import AccessToken
from kiota_abstractions.api_error import APIError
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder


class Token:
    def get_token(self, *scopes, **options):
        return AccessToken(os.environ["ENTRA_ACCESS_TOKEN"], int(time.time()) + 3600)


SEGMENTS = {
    "phone": "phoneMethods",
    "microsoftAuthenticator": "microsoftAuthenticatorMethods",
    "passwordlessMicrosoftAuthenticator": "passwordlessMicrosoftAuthenticatorMethods",
    "softwareOath": "softwareOathMethods",
    "hardwareOath": "hardwareOathMethods",
    "fido2": "fido2Methods",
    "windowsHelloForBusiness": "windowsHelloForBusinessMethods",
    "platformCredential": "platformCredentialMethods",
    "email": "emailMethods",
    "temporaryAccessPass": "temporaryAccessPassMethods",
}


def segment(method):
    """Graph deletes a method only under its type's own segment; None where it cannot be removed."""
    return SEGMENTS.get(method.odata_type.removeprefix("#microsoft.graph.").removesuffix("AuthenticationMethod"))


async def reset_user(graph, base_url, name):
    query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=["id"])
    options = UserItemRequestBuilder.UserItemRequestBuilderGetRequestConfiguration(query_parameters=query)
    found = await graph.users.by_user_id(name).get(request_configuration=options)
    user = graph.users.by_user_id(found.id)

    async def registered():
        return [method for method in (await user.authentication.methods.get()).value if segment(method)]

    async def remove(method):
        # The SDK has no builders for the two kinds that only beta has, so that every address is given as a text.
        url = f"{base_url}/users/{found.id}/authentication/{segment(method)}/{method.id}"
        builder = user.authentication.phone_methods.by_phone_authentication_method_id(method.id)
        await builder.with_url(url).delete()

    methods = await registered()
    before = len(methods) + 1
    while methods and len(methods) < before:
        before = len(methods)
        refused = []
        for method in methods:
            try:
                await remove(method)
            except APIError as error:
                # The default goes only when it is the last one: once more when the others are gone.
                if error.response_status_code != 400:
                    raise
                refused.append(method)
        methods = refused
    await user.revoke_sign_in_sessions.post()
    return "partial" if await registered() else "complete"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph-url", required=True)
    parser.add_argument("--users-file", required=True)
    arguments = parser.parse_args()
    with open(arguments.users_file, encoding="utf-8") as file:
        users = file.read().split()

    provider = AzureIdentityAuthenticationProvider(Token(), allowed_hosts=["127.0.0.1"])
    adapter = GraphRequestAdapter(provider)
    # v1.0 hides two kinds that keep Graph from deleting the default.
    adapter.base_url = f"{arguments.graph_url}/beta"
    graph = GraphServiceClient(request_adapter=adapter)

    outcomes = {}
    start = time.monotonic()
    for user in users:
        try:
            outcome = await reset_user(graph, adapter.base_url, user)
        except Exception as error:
            print(f"{user}: {error}", file=sys.stderr)
            outcome = "failed"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    wall = (time.monotonic() - start) * 1000
    print(json.dumps({"users": len(users), "wallMs": wall, "outcomes": outcomes, "peakKiB": peak()}))


def peak():
    """The most memory that this process ever had, without what the parent had when it forked."""
    if sys.platform == "linux":
        with open("/proc/self/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


asyncio.run(main())
