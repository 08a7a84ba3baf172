// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Slice} from "../interfaces/IVolSurface.sol";

/// @notice A posted slice in one storage word, from the low end: postedAt (40 bits, unix seconds) | carry (int32, 1e-9) | sigma (uint32, 1e-9) |
/// m (int32, 1e-9) | rho (int32, 1e-9) | b (uint40, 1e-9) | a (int48, 1e-12). Zero means "never posted".
type PackedSlice is uint256;

using PackedSliceLibrary for PackedSlice global;

library PackedSliceLibrary {
    error SliceUnrepresentable(string parameter, int256 value);

    int256 private constant NANO = 1e9;
    int256 private constant PICO = 1e6;

    /// @notice Packs a slice given in WAD, rounding so that no bound or no-arbitrage condition gets worse: a and sigma up, b and |rho| down,
    /// m and carry towards zero.
    function pack(Slice memory slice, uint256 time) internal pure returns (PackedSlice) {
        uint256 word = _field("postedAt", int256(time), 0, (1 << 40) - 1);
        word |= _field("carry", slice.carry / NANO, -(1 << 31), (1 << 31) - 1) << 40;
        word |= _field("sigma", _ceil(int256(slice.sigma), NANO), 0, (1 << 32) - 1) << 72;
        word |= _field("m", slice.m / NANO, -(1 << 31), (1 << 31) - 1) << 104;
        word |= _field("rho", slice.rho / NANO, -(1 << 31), (1 << 31) - 1) << 136;
        word |= _field("b", int256(slice.b) / NANO, 0, (1 << 40) - 1) << 168;
        word |= _field("a", _ceil(slice.a, PICO), -(1 << 47), (1 << 47) - 1) << 208;
        return PackedSlice.wrap(word);
    }

    /// @notice The slice in WAD, exactly as the risk engine uses it.
    function unpack(PackedSlice word) internal pure returns (Slice memory) {
        return Slice({
            a: a(word) * PICO,
            b: uint256(b(word) * NANO),
            rho: rho(word) * NANO,
            m: m(word) * NANO,
            sigma: uint256(sigma(word) * NANO),
            carry: carry(word) * NANO
        });
    }

    function postedAt(PackedSlice word) internal pure returns (uint256) {
        return uint40(PackedSlice.unwrap(word));
    }

    /// @return per year, 1e-9
    function carry(PackedSlice word) internal pure returns (int256) {
        return int32(uint32(PackedSlice.unwrap(word) >> 40));
    }

    /// @return log-moneyness, 1e-9
    function sigma(PackedSlice word) internal pure returns (int256) {
        return int256(uint256(uint32(PackedSlice.unwrap(word) >> 72)));
    }

    /// @return log-moneyness, 1e-9
    function m(PackedSlice word) internal pure returns (int256) {
        return int32(uint32(PackedSlice.unwrap(word) >> 104));
    }

    /// @return 1e-9
    function rho(PackedSlice word) internal pure returns (int256) {
        return int32(uint32(PackedSlice.unwrap(word) >> 136));
    }

    /// @return annualised variance per unit of log-moneyness, 1e-9
    function b(PackedSlice word) internal pure returns (int256) {
        return int256(uint256(uint40(PackedSlice.unwrap(word) >> 168)));
    }

    /// @return annualised variance, 1e-12
    function a(PackedSlice word) internal pure returns (int256) {
        return int256(PackedSlice.unwrap(word)) >> 208;
    }

    function _field(string memory parameter, int256 value, int256 lowest, int256 highest) private pure returns (uint256) {
        if (value < lowest || value > highest) revert SliceUnrepresentable(parameter, value);
        return uint256(value) & (uint256(highest - lowest));
    }

    function _ceil(int256 value, int256 unit) private pure returns (int256) {
        return value > 0 ? (value - 1) / unit + 1 : value / unit;
    }
}
