"""Generates a client from `/openapi.json` with `openapi-python-client`, and stops an environment with it.

KEYRACK_URL, KEYRACK_EMAIL and KEYRACK_PASSWORD name the server and its throw-away account. The client is made in the current
folder.
"""

import importlib
import os
import pkgutil
import subprocess
import sys

import requests

URL = os.environ["KEYRACK_URL"]
DOCUMENT = requests.get(URL + "/openapi.json", timeout=30)
GENERATOR = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]


def generate():
    """Makes the package `generated`. A warning of the generator is an endpoint that it leaves out."""
    with open("openapi.json", "wb") as file:
        file.write(DOCUMENT.content)
    # The generator calls ruff, which is installed beside this Python.
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    made = subprocess.run(
        [*GENERATOR, "--output-path", "generated", "--fail-on-warning"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path, "PYTHONPATH": ""},
    )
    assert made.returncode == 0, made.stdout + made.stderr


def modules(package):
    return [importlib.import_module(found.name) for found in pkgutil.walk_packages(package.__path__, "generated.")]


def is_operation(module):
    return hasattr(module, "sync_detailed")


def main():
    generate()
    sys.path.insert(0, os.getcwd())
    import generated

    operations = [module for module in modules(generated) if is_operation(module)]
    wanted = sum(verb in ("get", "post") for path in DOCUMENT.json()["paths"].values() for verb in path)
    assert len(operations) == wanted, f"{len(operations)} operations for {wanted}"

    from generated import AuthenticatedClient, Client, models
    from generated.api.environment_control import (
        environment_control_create_environment as create_environment,
        environment_control_get_envs as get_envs,
        environment_control_stop_env as stop_env,
    )
    from generated.api.users_authentication import (
        users_authentication_create_token as create_token,
        users_authentication_signin as signin,
    )

    public = Client(base_url=URL)
    signed_in = signin.sync(
        client=public,
        body=models.UsersAuthenticationSigninBody(
            login=os.environ["KEYRACK_EMAIL"], password=os.environ["KEYRACK_PASSWORD"]
        ),
    )
    owner = AuthenticatedClient(base_url=URL, token=signed_in.session)
    refused = signin.sync(
        client=public,
        body=models.UsersAuthenticationSigninBody(login="a@example.org", password="wrong"),
    )
    assert isinstance(refused, models.Failure) and refused.result != 0, refused

    made = create_environment.sync(
        client=owner,
        body=models.EnvironmentControlCreateEnvironmentBody.from_dict(
            {"env": {"shortdomain": "generated"}, "nodes": [{"nodeGroup": "cp", "docker": {"image": "keyrack/web:2"}}]}
        ),
    )
    assert made.response.env.env_name == "generated", made

    token = create_token.sync(
        client=owner,
        body=models.UsersAuthenticationCreateTokenBody.from_dict(
            {
                "description": "Generated",
                "apiList": ["environment.control.StopEnv", "environment.control.GetEnvs"],
                "password": os.environ["KEYRACK_PASSWORD"],
            }
        ),
    )
    script = AuthenticatedClient(base_url=URL, token=token.token.key)
    assert "generated" in [info.env.env_name for info in get_envs.sync(client=script).infos]
    stopped = stop_env.sync(client=script, body=models.EnvironmentControlStopEnvBody(env_name="generated"))
    assert stopped.result == 0, stopped
    missing = stop_env.sync(client=script, body=models.EnvironmentControlStopEnvBody(env_name="no-such"))
    assert isinstance(missing, models.Failure) and "no-such" in missing.error, missing
    print(f"{len(operations)} operations, an environment stopped")


main()
