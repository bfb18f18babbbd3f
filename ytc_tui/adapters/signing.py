"""Signatures over the heads of journals: who says that a chain stood there.

Decides the key file and the bytes that are signed (safety.md 4.1: Ed25519, the key outside the database).
Imports the model; cryptography only when a key is used. Invariants: a private key is never written
anywhere but its own file, which belongs to this user alone; what is signed names the session and the
entry, so that a signature fits no other.
"""

from __future__ import annotations

import os
from pathlib import Path

from ytc_tui.adapters.private_file import held_folder, open_ordinary, read_private, write_private
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.chain import BarsHead, ChainHead, SignedHead

_MAX_KEY_BYTES = 4096
_MAX_RETIRED = 65_536


class HeadSigner:
    """Signs heads with the key at `path`, which is made on first use."""

    def __init__(self, path: Path) -> None:
        """Read or make the key. Raises ConfigInvalid if it cannot be read, made or trusted."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        text = _read(path) or _make(path)
        try:
            key = load_pem_private_key(text, password=None)
        except (ValueError, TypeError) as error:
            raise _unusable(path, "is not a private key in PEM form") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _unusable(path, "is not an Ed25519 key")
        self._key = key
        self.public_key = key.public_key().public_bytes_raw().hex()

    def sign(self, head: ChainHead, bars: BarsHead, signed_ns: int) -> SignedHead:
        """`head`, and the bars that the store holds, signed at `signed_ns` (wall clock, UTC ns)."""
        unsigned = SignedHead(head.session, head.seq, head.hash, signed_ns, self.public_key, "", *bars)
        return unsigned._replace(signature=self._key.sign(unsigned.message()).hex())


def is_genuine(head: SignedHead) -> bool:
    """Whether the signature of `head` is one by its key over just these fields."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key))
        key.verify(bytes.fromhex(head.signature), head.message())
    except (InvalidSignature, ValueError):
        return False
    return True


def known_keys(path: Path) -> frozenset[str]:
    """The public keys (hex) of this installation: of the key at `path`, and of retired ones, which stand
    a line each in the file beside it that ends in `.retired`. Empty without a key. Raises ConfigInvalid.
    """
    if not path.exists():
        return frozenset()
    retired = path.with_name(f"{path.name}.retired")
    return frozenset({HeadSigner(path).public_key, *_retired(retired)})


def _read(path: Path) -> bytes:
    """The key file; empty when there is none. One that others may read is no secret and is refused."""
    try:
        return read_private(path, _MAX_KEY_BYTES)
    except FileNotFoundError:
        return b""
    except ConfigInvalid as error:
        raise _unusable(path, error.what, "chmod 600, or move it away for a new key") from error


def _retired(path: Path) -> list[str]:
    """The lines of the file of retired public keys."""
    try:
        with os.fdopen(open_ordinary(path, os.O_RDONLY), encoding="utf-8") as file:
            return file.read(_MAX_RETIRED).split()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigInvalid(f"the retired keys cannot be read: {what}", where=str(path)) from error


def _make(path: Path) -> bytes:
    """A new key at `path`; where another process was quicker, its key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with held_folder(path.parent):
            made = _read(path)
            if not made:
                write_private(path, text)
    except OSError as error:
        raise _unusable(path, f"cannot be made: {error.strerror}") from error
    return made or text


def _unusable(path: Path, what: str, fix: str = "") -> ConfigInvalid:
    return ConfigInvalid(
        f"the signing key {what}", where=str(path), fix=fix or "move it away; a new one is made"
    )
