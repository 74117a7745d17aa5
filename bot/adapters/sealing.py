"""The cryptography of sealed credentials: age for what nobody may read, Ed25519 for what nobody may change.

What the libraries raise never reaches a person, and is cut off here: it could hold what must not be shown.
"""

from bot.core.credential_keys import KeyPair
from bot.errors import Refused


class Sealing:
    """`bot.ports.Sealing` by pyrage and PyNaCl, in memory only."""

    def new_keys(self) -> KeyPair:
        from nacl.signing import SigningKey
        from pyrage import x25519

        return KeyPair(identity=str(x25519.Identity.generate()), seed=SigningKey.generate().encode().hex())

    def recipient(self, identity: str) -> str:
        from pyrage import IdentityError, x25519

        try:
            return str(x25519.Identity.from_str(identity).to_public())
        except IdentityError:
            raise _mistyped() from None

    def verify_key(self, seed: str) -> str:
        from nacl.signing import SigningKey

        return SigningKey(bytes.fromhex(seed)).verify_key.encode().hex()

    def seal(self, recipient: str, plaintext: bytes) -> bytes:
        import pyrage

        # Text, so that no setting of git takes line ends out of it, and a review shows what changed.
        return bytes(pyrage.encrypt(plaintext, [pyrage.x25519.Recipient.from_str(recipient)], armored=True))

    def open(self, identity: str, sealed: bytes) -> bytes:
        import pyrage

        try:
            return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]))
        except pyrage.IdentityError:
            raise _mistyped() from None
        except pyrage.DecryptError:
            raise Refused(
                "it cannot be opened with this key: it is sealed to another one, or damaged",
                "use the key of this repository, or seal it again with `swarm credentials rotate`",
            ) from None

    def sign(self, seed: str, message: bytes) -> str:
        from nacl.signing import SigningKey

        return SigningKey(bytes.fromhex(seed)).sign(message).signature.hex()

    def signed(self, verify_key: str, message: bytes, signature: str) -> bool:
        from nacl.exceptions import BadSignatureError
        from nacl.signing import VerifyKey

        try:
            VerifyKey(bytes.fromhex(verify_key)).verify(message, bytes.fromhex(signature))
        except BadSignatureError:
            return False
        return True


def _mistyped() -> Refused:
    return Refused(
        "the age identity is mistyped or cut off",
        "take the key file back from your backup, or set the secret anew",
    )
