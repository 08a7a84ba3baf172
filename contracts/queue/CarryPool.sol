// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @notice A holder's shares in the pool and the pool's state when they were counted.
struct Stake {
    uint256 shares;
    uint256 product;
    uint256 sum;
    uint64 era;
    uint64 scale;
}

/// @notice Shares waiting to be paid. Every payment takes the same fraction from every stake.
struct Pool {
    uint256 shares;
    /// Fraction of a stake of this era still unpaid, times ONE and times SCALE once per scale.
    uint256 product;
    uint64 era;
    uint64 scale;
    /// Assets paid per share, times the product it was paid at.
    mapping(uint64 era => mapping(uint64 scale => uint256)) sums;
}

/// @title Pro-rata payments to any number of stakes in constant time
/// @notice The product/sum accumulators of Liquity's stability pool (Lauko and Pardoe, 2021). A payment that empties the pool
/// opens a new era; a product too small to be exact is scaled up. All roundings are down, against the stakes.
/// Exact to 1e-36 of a stake per payment as long as the pool holds fewer than 1e36 shares.
library CarryPool {
    using FixedPointMathLib for uint256;

    uint256 internal constant ONE = 1e54;
    uint256 internal constant SCALE = 1e18;

    /// @notice Adds shares and returns the stake they make.
    function enter(Pool storage pool, uint256 shares) internal returns (Stake memory) {
        if (pool.product == 0) pool.product = ONE;
        pool.shares += shares;
        return Stake(shares, pool.product, pool.sums[pool.era][pool.scale], pool.era, pool.scale);
    }

    /// @notice Pays `assets` for `burned` of the pool's shares.
    function pay(Pool storage pool, uint256 burned, uint256 assets) internal {
        uint256 total = pool.shares;
        uint256 product = pool.product;
        pool.sums[pool.era][pool.scale] += assets.fullMulDiv(product, total);
        uint256 left = total - burned;
        pool.shares = left;
        if (burned == total) {
            pool.era++;
            pool.scale = 0;
            pool.product = ONE;
            return;
        }
        uint256 remaining = product.fullMulDiv(left, total);
        while (remaining < ONE / SCALE) {
            pool.scale++;
            left *= SCALE;
            remaining = product.fullMulDiv(left, total);
        }
        pool.product = remaining;
    }

    /// @notice Takes a stake's unpaid shares out of the pool; to the others nothing changes.
    function takeOut(Pool storage pool, uint256 unpaid) internal {
        pool.shares -= unpaid;
    }

    /// @return unpaid shares of the stake still in the pool
    /// @return assets paid to it since it was counted
    function read(Pool storage pool, Stake memory stake) internal view returns (uint256 unpaid, uint256 assets) {
        if (stake.shares == 0) return (0, 0);
        mapping(uint64 => uint256) storage sums = pool.sums[stake.era];
        uint256 paid = sums[stake.scale] - stake.sum + sums[stake.scale + 1] / SCALE;
        assets = stake.shares.fullMulDiv(paid, stake.product);
        if (stake.era != pool.era || pool.scale > stake.scale + 1) return (0, assets);
        unpaid = stake.shares.fullMulDiv(pool.product, stake.product);
        if (pool.scale > stake.scale) unpaid /= SCALE;
    }

    /// @notice The same stake counted anew with `shares`.
    function restake(Pool storage pool, uint256 shares) internal view returns (Stake memory) {
        return Stake(shares, pool.product, pool.sums[pool.era][pool.scale], pool.era, pool.scale);
    }
}
