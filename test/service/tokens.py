"""JSON Web Tokens of a test's own, signed as another site would sign them."""

import base64
import hashlib
import hmac
import json
import time

from authority import openssl

SECRET = "a secret of the tests, of 32 bytes or more"
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def encode(part):
    """An object, a text or bytes, as one part of a token."""
    text = part if isinstance(part, (str, bytes)) else json.dumps(part)
    return base64.urlsafe_b64encode(text.encode() if isinstance(text, str) else text).rstrip(b"=").decode()


def claims(name="Ada", seconds=3600, **more):
    return {"sub": name, "exp": time.time() + seconds} | more


def token(payload, secret=SECRET, alg="HS256", header=None):
    signed = f"{encode(header or {'alg': alg, 'typ': 'JWT'})}.{encode(payload)}"
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), DIGESTS[alg]))}"


def token_by_openssl(payload, key_file, alg="RS256"):
    signed = f"{encode({'alg': alg})}.{encode(payload)}"
    return f"{signed}.{encode(openssl('dgst', '-sha256', '-sign', key_file, input=signed.encode()))}"


def make_pair(folder):
    """The files of a private and a public key."""
    private, public = folder / "jwt.key", folder / "jwt.pub"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private)
    openssl("pkey", "-in", private, "-pubout", "-out", public)
    return private, public
