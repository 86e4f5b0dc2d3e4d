"""What schemathesis has to know of Keyrack: who calls, and what no answer may be.

KEYRACK_URL, KEYRACK_EMAIL and KEYRACK_PASSWORD name the server and its throw-away account. Methods that a token may carry
are called with one that has Extended Access, the others in a session, which is opened anew after a call has closed it.
"""

import itertools
import json
import os

import requests
import schemathesis

URL = os.environ["KEYRACK_URL"]
EMAIL = os.environ["KEYRACK_EMAIL"]
PASSWORD = os.environ["KEYRACK_PASSWORD"]
ENVIRONMENT = "fuzzed"

# Addresses that no call was made from: fuzzed sign-ins slow down further tries from theirs.
addresses = itertools.count(1)
credentials = {}


def call(method, may=(0,), **params):
    """Calls a method for the fuzzer itself, behind the proxy that the server trusts."""
    service, cls, name = method.split(".")
    number = next(addresses)
    headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    url = f"{URL}/1.0/{service}/{cls}/rest/{name}"
    answer = requests.post(url, data=params, headers=headers, timeout=30).json()
    assert answer["result"] in may, f"{method}: {answer}"
    return answer


def session():
    if "session" not in credentials:
        answer = call("users.authentication.Signin", login=EMAIL, password=PASSWORD)
        credentials["session"] = answer["session"]
    return credentials["session"]


def token():
    if "token" not in credentials:
        answer = call(
            "users.authentication.CreateToken",
            session=session(),
            description="Fuzzing",
            tokenTemplate="Extended Access",
            password=PASSWORD,
        )
        credentials["token"] = answer["token"]["key"]
    return credentials["token"]


def project():
    """The number of the node of an environment that is there; made anew after a call has deleted it."""
    if "node" not in credentials:
        env = json.dumps({"shortdomain": ENVIRONMENT})
        nodes = json.dumps([{"nodeGroup": "cp", "docker": {"image": "keyrack/web:2"}}])
        made = call("environment.control.CreateEnvironment", session=session(), env=env, nodes=nodes)
        credentials["node"] = made["response"]["nodes"][0]["id"]
    return credentials["node"]


def aim(params):
    """Lets half of the calls find something: a random name is nobody's environment."""
    if not isinstance(params, dict):
        return params
    # The generated values decide, so that a run can be repeated.
    if len(repr(params)) % 2:
        return params
    node = project()
    for name in params:
        if name.lower() == "envname":
            params[name] = ENVIRONMENT
        elif name.lower() == "nodeid":
            params[name] = node
    return params


@schemathesis.hook
def map_query(context, query):
    return aim(query)


@schemathesis.hook
def map_body(context, body):
    return aim(body)


@schemathesis.hook
def before_call(context, case, kwargs):
    # A second credential beside the header would be refused before anything else is looked at.
    if case.query:
        case.query.pop("session", None)
    kind = case.operation.definition.raw.get("x-token")
    credential = session() if kind == "never" else token()
    case.headers["Authorization"] = f"Bearer {credential}"


def result(case, response):
    """The result code; what a browser asks before it sends a call (OPTIONS) is answered without one."""
    return None if case.method.upper() == "OPTIONS" else response.json()["result"]


@schemathesis.hook
def after_call(context, case, response):
    code = result(case, response)
    in_session = case.headers.get("Authorization") == f"Bearer {credentials.get('session')}"
    if code == 702 or (in_session and case.path.endswith(("signoutsessions", "signout"))):
        # It was closed; a token is removed or replaced by who manages tokens in the session.
        credentials.pop("session" if in_session else "token", None)
    if code == 0 and case.path.endswith(("deleteenv", "changetopology")):
        credentials.pop("node", None)
        call("environment.control.DeleteEnv", session=session(), envName=ENVIRONMENT, may=(0, 11))


@schemathesis.check
def nothing_went_wrong_inside(context, response, case):
    """1 and 99 say that the server itself is in trouble."""
    code = result(case, response)
    assert code not in (1, 99), f"result {code}: {response.json()['error']}"
