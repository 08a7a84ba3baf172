const prefix = 0x6b65656c;

/** The address whose blocks mutant `id` is active in. */
export const coinbaseOf = (id: number): string => `0x${((BigInt(prefix) << 32n) + BigInt(id)).toString(16).padStart(40, "0")}`;

/** Mutant.sol, which instrumented sources import. Pure functions can ask too: by a pointer that says it is pure. */
export const switchSource = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

function mutant() pure returns (uint256) {
    function() view returns (uint256) reads = _mutant;
    function() pure returns (uint256) pointer;
    assembly ("memory-safe") {
        pointer := reads
    }
    return pointer();
}

function _mutant() view returns (uint256) {
    return uint160(address(block.coinbase)) ^ (0x${prefix.toString(16)} << 32);
}
`;
