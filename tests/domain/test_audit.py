"""The log's tree against RFC 9162: known roots, every proof, and that no wrong one passes."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from dms.domain import audit

# The test leaves of the Certificate Transparency reference implementation.
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaves(count):
    return [audit.leaf_hash(str(n).encode()) for n in range(count)]


def test_known_roots():
    hashes = [audit.leaf_hash(d) for d in LEAVES]
    for size, root in ROOTS.items():
        assert audit.root_of(hashes[:size]).hex() == root
    assert audit.root_of([]) == hashlib.sha256(b"").digest()


def plain_root(hashes):
    """The RFC's recursive definition, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(hashes[:k]) + plain_root(hashes[k:])).digest()


def test_every_proof_of_every_small_tree_holds():
    for size in range(1, 34):
        hashes = leaves(size)
        root = audit.root_of(hashes)
        assert root == plain_root(hashes)
        for index in range(size):
            proof = audit.inclusion_proof(hashes, index)
            assert audit.included(hashes[index], index, size, proof, root)
            assert not audit.included(hashes[index], index + 1, size, proof, root)
            assert not audit.included(audit.leaf_hash(b"x"), index, size, proof, root)
            assert not audit.included(hashes[index], index, size, [*proof, root], root)
        for first in range(1, size + 1):
            proof = audit.consistency_proof(hashes, first)
            old = audit.root_of(hashes[:first])
            assert audit.consistent(first, old, size, root, proof)
            assert first == size or not audit.consistent(first, root, size, root, proof)
            assert not audit.consistent(first, old, size, audit.leaf_hash(b"x"), proof)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=60), st.data())
def test_any_change_gives_another_root(contents, data):
    hashes = [audit.leaf_hash(c) for c in contents]
    root = audit.root_of(hashes)
    place = data.draw(st.integers(0, len(hashes) - 1))
    changed = [*hashes]
    changed[place] = audit.leaf_hash(contents[place] + b"!")
    assert audit.root_of(changed) != root
    assert audit.root_of(hashes[:place] + hashes[place + 1 :]) != root
    assert audit.root_of([*hashes, hashes[place]]) != root
