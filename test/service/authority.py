"""A certificate authority of a test's own: a root, one that signs for it, and certificates for this machine, by openssl."""

import ssl
import subprocess


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **options).stdout


class Authority:
    def __init__(self, folder):
        self.folder, self.count = folder, 0
        folder.mkdir()
        self._sign("root", "/CN=Root", None, "CA:TRUE")
        self._sign("between", "/CN=Between", "root", "CA:TRUE")

    def _sign(self, name, subject, issuer, constraints, days=60):
        place = self.folder / name
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{place}.key")
        openssl("req", "-new", "-key", f"{place}.key", "-subj", subject, "-out", f"{place}.csr")
        (self.folder / "extensions").write_text(f"basicConstraints=critical,{constraints}\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self.count += 1
        openssl("x509", "-req", "-in", f"{place}.csr", "-days", days, "-set_serial", self.count, "-out", f"{place}.crt", "-extfile",
                self.folder / "extensions", *(["-CA", f"{self.folder / issuer}.crt", "-CAkey", f"{self.folder / issuer}.key"] if issuer
                                              else ["-signkey", f"{place}.key"]))
        return self.count

    def issue(self, days=60):
        """(serial number, {file name: text}) of a new pair, as a Secret has it: the certificate with who signed it, the key."""
        serial = self._sign("leaf", "/CN=localhost", "between", "CA:FALSE", days)
        chain = "".join((self.folder / f"{name}.crt").read_text() for name in ("leaf", "between"))
        return serial, {"tls.crt": chain, "tls.key": (self.folder / "leaf.key").read_text()}

    def encrypted_key(self):
        return openssl("pkcs8", "-topk8", "-in", self.folder / "leaf.key", "-passout", "pass:secret").decode()

    def trust(self):
        """Of a client that knows the root alone."""
        return ssl.create_default_context(cafile=str(self.folder / "root.crt"))
