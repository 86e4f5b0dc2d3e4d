"""What an engine has with a label, as Docker's own client for Python sees it, as JSON: look.py URL LABEL"""

import json
import sys

import docker

client = docker.DockerClient(base_url=sys.argv[1], version="auto")
with_label = {"label": sys.argv[2]}
json.dump(
    {
        "containers": [found.attrs for found in client.containers.list(all=True, filters=with_label)],
        "networks": [found.attrs for found in client.networks.list(filters=with_label)],
        "volumes": [found.attrs for found in client.volumes.list(filters=with_label)],
    },
    sys.stdout,
)
