"""The manifests are valid, and their parts fit each other, Compose and the settings."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft202012Validator

from config.env import ROOT, Environment

FOLDER = ROOT / "deploy" / "kubernetes"
VERSION = "1.34"
_INTEGER, _STRING, _NAME = {"type": "integer", "minimum": 0}, {"type": "string"}, {"type": "string", "minLength": 1}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


# as https://keda.sh/docs describes them, as far as the manifests go
_TRIGGER = _object(
    ("type", "metadata", "authenticationRef"),
    type={"const": "postgresql"},
    metricType={"enum": ["AverageValue", "Value"]},
    metadata=_object(
        ("query", "targetQueryValue"),
        query=_NAME,
        targetQueryValue={"type": "string", "pattern": r"^[1-9]\d*$"},
        activationTargetQueryValue={"type": "string", "pattern": r"^\d+$"},
    ),
    authenticationRef=_object(("name",), name=_NAME),
)
KEDA = {
    "ScaledObject": _object(
        ("scaleTargetRef", "triggers"),
        scaleTargetRef=_object(("name",), name=_NAME),
        minReplicaCount=_INTEGER,
        maxReplicaCount={"type": "integer", "minimum": 1},
        pollingInterval=_INTEGER,
        cooldownPeriod=_INTEGER,
        fallback=_object(("failureThreshold", "replicas"), failureThreshold=_INTEGER, replicas=_INTEGER),
        advanced=_object(horizontalPodAutoscalerConfig=_object(behavior={"type": "object"})),
        triggers={"type": "array", "items": _TRIGGER, "minItems": 1},
    ),
    "TriggerAuthentication": _object(
        secretTargetRef={
            "type": "array",
            "items": _object(("parameter", "name", "key"), parameter=_STRING, name=_NAME, key=_NAME),
        }
    ),
}


@cache
def documents() -> tuple[dict[str, Any], ...]:
    """Everything but the list of files."""
    files = sorted(FOLDER.glob("*.yaml"))
    return tuple(
        each for file in files if file.name != "kustomization.yaml" for each in yaml.safe_load_all(file.read_text())
    )


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in documents() if each["kind"] == kind}


def container(workload: dict[str, Any]) -> dict[str, Any]:
    ((found),) = workload["spec"]["template"]["spec"]["containers"]
    return dict(found)


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


@pytest.mark.parametrize(
    "document", [each for each in documents() if "keda" not in each["apiVersion"]], ids=lambda each: each["kind"]
)
def test_kubernetes_takes_every_document(document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, VERSION, strict=True)


@pytest.mark.parametrize(
    "document", [each for each in documents() if "keda" in each["apiVersion"]], ids=lambda each: each["kind"]
)
def test_keda_takes_every_document(document: dict[str, Any]) -> None:
    assert document["apiVersion"] == "keda.sh/v1alpha1"
    Draft202012Validator(KEDA[document["kind"]]).validate(document["spec"])
    if document["kind"] == "ScaledObject":
        # what KEDA hands on to Kubernetes' own scaler
        spec = document["spec"]
        behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        kubernetes_validate.validate(
            {
                "apiVersion": "autoscaling/v2",
                "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": "x"},
                "spec": {
                    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", **spec["scaleTargetRef"]},
                    "maxReplicas": spec["maxReplicaCount"],
                    "behavior": behavior,
                },
            },
            VERSION,
            strict=True,
        )


def test_the_list_of_files_is_all_of_them_but_the_secrets() -> None:
    listed = set(yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"])
    assert listed == {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "secrets.example.yaml"}


def test_every_worker_is_scaled_on_its_own_capability_by_what_it_does_at_once() -> None:
    workers = {name: each for name, each in of_kind("Deployment").items() if "worker" in name}
    assert set(workers) == set(of_kind("ScaledObject")) == {"worker-cpu", "worker-gpu"}
    for name, scaled in of_kind("ScaledObject").items():
        spec = scaled["spec"]
        assert spec["scaleTargetRef"]["name"] == name
        assert "replicas" not in workers[name]["spec"], "applying the manifests again would undo the scaler's work"
        command = container(workers[name])["args"]
        (trigger,) = spec["triggers"]
        assert trigger["metadata"]["query"] == f"SELECT jobs_backlog('{option(command, '-Q')}')"
        assert trigger["metadata"]["targetQueryValue"] == option(command, "-c")
        assert trigger["authenticationRef"]["name"] in of_kind("TriggerAuthentication")
        assert spec["minReplicaCount"] < spec["maxReplicaCount"]
    assert of_kind("ScaledObject")["worker-gpu"]["spec"]["minReplicaCount"] == 0
    assert of_kind("ScaledObject")["worker-cpu"]["spec"]["minReplicaCount"] >= 1, "somebody must sweep"


def test_secrets_that_are_asked_for_are_in_the_example() -> None:
    secrets = {name: set(each["stringData"]) for name, each in of_kind("Secret").items()}
    for authentication in of_kind("TriggerAuthentication").values():
        for wanted in authentication["spec"]["secretTargetRef"]:
            assert wanted["key"] in secrets[wanted["name"]]
    for workload in (*of_kind("Deployment").values(), *of_kind("Job").values()):
        named = {each.get("secretRef", each.get("configMapRef"))["name"] for each in container(workload)["envFrom"]}
        assert named <= {*secrets, *of_kind("ConfigMap")}


def test_settings_are_settings() -> None:
    known = {str(field.validation_alias) for field in Environment.model_fields.values()} | {"HOME"}
    given = {name for each in of_kind("ConfigMap").values() for name in each["data"]}
    given |= set(of_kind("Secret")["refrain-secrets"]["stringData"])
    assert given <= known
    assert {"SECRET_KEY", "EDGE_SECRET", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "STORAGE_URL"} <= given


def test_compose_is_valid_and_starts_the_same_workers() -> None:
    composed = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    Draft202012Validator(get_builtin_schema("vendor.compose-spec")).validate(composed)
    services = composed["services"]
    for name, service in (("worker-cpu", "worker"), ("worker-gpu", "worker-gpu"), ("scheduler", "scheduler")):
        assert container(of_kind("Deployment")[name])["args"] == services[service]["command"]


def test_the_images_command_needs_no_entrypoint() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "ENTRYPOINT" not in lines, "the manifests' args are whole commands"
    assert re.search(r"^ARG NEURAL=$", lines, re.MULTILINE)
