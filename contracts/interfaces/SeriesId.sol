// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A European option series, self-describing: underlying (160 bits) | strike (56, 1e-6 quote per unit) |
/// expiry (39, unix seconds) | put flag (1). It is also the ERC-6909 id of the long.
type SeriesId is uint256;

using SeriesIdLibrary for SeriesId global;

// One option size unit is 1e-6 of a unit of the underlying: every token of at least 6 decimals backs it exactly.
uint256 constant OPTION_UNIT = 1e6;

library SeriesIdLibrary {
    error SeriesOutOfRange(uint256 strike, uint256 expiry);

    /// @param strike in 1e-6 quote per unit of underlying
    /// @param expiry in unix seconds
    function pack(address underlying, uint256 strike, uint256 expiry, bool isPut) internal pure returns (SeriesId) {
        if (strike == 0 || strike >= 1 << 56 || expiry >= 1 << 39) revert SeriesOutOfRange(strike, expiry);
        return SeriesId.wrap((uint256(uint160(underlying)) << 96) | (strike << 40) | (expiry << 1) | (isPut ? 1 : 0));
    }

    function underlying(SeriesId id) internal pure returns (address) {
        return address(uint160(SeriesId.unwrap(id) >> 96));
    }

    /// @return 1e-6 quote per unit of underlying
    function strike(SeriesId id) internal pure returns (uint256) {
        return (SeriesId.unwrap(id) >> 40) & ((1 << 56) - 1);
    }

    function expiry(SeriesId id) internal pure returns (uint256) {
        return (SeriesId.unwrap(id) >> 1) & ((1 << 39) - 1);
    }

    function isPut(SeriesId id) internal pure returns (bool) {
        return SeriesId.unwrap(id) & 1 == 1;
    }
}
