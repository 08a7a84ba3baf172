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

    /// @param strike_ in 1e-6 quote per unit of underlying
    /// @param expiry_ in unix seconds
    function pack(address asset, uint256 strike_, uint256 expiry_, bool put) internal pure returns (SeriesId) {
        if (strike_ == 0 || strike_ >= 1 << 56 || expiry_ >= 1 << 39) revert SeriesOutOfRange(strike_, expiry_);
        return SeriesId.wrap((uint256(uint160(asset)) << 96) | (strike_ << 40) | (expiry_ << 1) | (put ? 1 : 0));
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
