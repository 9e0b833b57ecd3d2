"""CloudFront's signed cookies and URLs with a custom policy, as its developer guide documents them.

A policy is JSON without white space, signed with RSA (PKCS #1 v1.5) over SHA-1, which is what CloudFront verifies; both
go as base64 in which "+", "=" and "/" are written "-", "_" and "~". The public key is registered there under an id.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_WRITTEN = str.maketrans("+=/", "-_~")


@dataclass(frozen=True, slots=True)
class Pass:
    """What CloudFront lets through with: the policy, its signature, and the key's id."""

    policy: str
    signature: str
    key_id: str

    @property
    def cookies(self) -> dict[str, str]:
        """As signed cookies."""
        return {
            "CloudFront-Policy": self.policy,
            "CloudFront-Signature": self.signature,
            "CloudFront-Key-Pair-Id": self.key_id,
        }

    @property
    def query(self) -> str:
        """As the query of a signed URL."""
        return f"Policy={self.policy}&Signature={self.signature}&Key-Pair-Id={self.key_id}"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the private key of a key pair that CloudFront trusts."""

    key_id: str
    key: RSAPrivateKey

    def allow(self, resource: str, until: datetime) -> Pass:
        """A pass for `resource`, an absolute URL in which "*" stands for anything, until a moment."""
        policy = policy_of(resource, until).encode()
        # CloudFront knows SHA-1 here; nobody but us chooses what is signed, so collisions are no use to anybody
        signature = self.key.sign(policy, PKCS1v15(), SHA1())  # noqa: S303
        return Pass(_written(policy), _written(signature), self.key_id)


@lru_cache(maxsize=4)
def signer(key_id: str, path: Path) -> Signer:
    """The signer whose private key lies at `path`, as PEM; ValueError when that is no RSA key."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path} is no RSA private key, and CloudFront's signed cookies need one here")
    return Signer(key_id, key)


def policy_of(resource: str, until: datetime) -> str:
    """The custom policy that allows `resource` until a moment."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(until.timestamp())}}
    return json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":"))


def _written(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(_WRITTEN)
