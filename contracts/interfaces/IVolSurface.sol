// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One expiry's smile: annualised variance v(k) = a + b·(ρ·(k−m) + √((k−m)² + σ²)), k = ln(K/F), F = S·e^{carry·T}.
/// Total variance at time to expiry T is v(k)·T, so a slice stays meaningful as it ages. All WAD; `carry` per year.
struct Slice {
    int256 a;
    uint256 b;
    int256 rho;
    int256 m;
    uint256 sigma;
    int256 carry;
}

/// @title The volatility surface the vault is valued on, posted by the volatility role
/// @notice Trust: the poster moves marks only within bounds per update; see docs/security.md for what that is worth.
interface IVolSurface {
    error SliceMissing(address underlying, uint256 expiry);
    error SliceOutOfBounds(string parameter, int256 value);
    error ArbitrageInSlice(string rule);
    error SliceMovedTooFast(uint256 volMoveWad, uint256 limitWad);
    error CarryMovedTooFast(uint256 carryMoveWad, uint256 limitWad);
    error SliceExpired(uint256 expiry);

    event SlicePosted(address indexed underlying, uint256 indexed expiry, Slice slice);

    /// @notice Replaces the slice of one expiry. Restricted to the volatility role.
    function post(address underlying, uint256 expiry, Slice calldata slice) external;

    /// @notice The last posted slice, as the contract rounded it, and when it was posted.
    function sliceOf(address underlying, uint256 expiry) external view returns (Slice memory slice, uint256 postedAt);

    /// @notice The same slice as one storage word, for the risk engine's hot path (layout in VolSurface.sol); 0 when missing.
    function packedSlice(address underlying, uint256 expiry) external view returns (uint256 word);

    /// @notice When vaults begin to trade options of an expiry: `seasoning` after its first post, which nothing but that wait bounds;
    /// type(uint256).max before it.
    function tradableFrom(address underlying, uint256 expiry) external view returns (uint256);

    /// @notice Seconds from the first post of an expiry until its options trade.
    function seasoning() external view returns (uint256);
}
