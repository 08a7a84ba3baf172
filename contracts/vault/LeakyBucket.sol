// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @notice What has been spent and not yet refilled (96 bits), as it stood at a moment (32 bits, the low ones); two of them share a storage word.
type Bucket is uint128;

using LeakyBucket for Bucket global;

/// @title A capacity that spending draws down and only time refills
/// @notice The bucket of a budget holds half of it and refills that half over the window, so that no window of that length,
/// wherever it starts, can see more than the budget spent. Nothing earned ever refills it. Budgets are below 2^96.
library LeakyBucket {
    using FixedPointMathLib for uint256;

    /// @return what may be spent now, rounded down
    function left(Bucket bucket, uint256 budget, uint256 window) internal view returns (uint256) {
        return (budget / 2).zeroFloorSub(_outstanding(bucket, budget, window));
    }

    /// @param kept what must be left afterwards, unless nothing is spent
    /// @return true and the bucket with the amount spent, or false and the bucket as it was
    function spend(Bucket bucket, uint256 amount, uint256 kept, uint256 budget, uint256 window) internal view returns (bool, Bucket) {
        if (amount == 0) return (true, bucket);
        uint256 outstanding = _outstanding(bucket, budget, window);
        if (amount > (budget / 2).zeroFloorSub(outstanding + kept)) return (false, bucket);
        // outstanding + amount is at most half the budget
        return (true, Bucket.wrap(uint128(((outstanding + amount) << 32) | uint32(block.timestamp))));
    }

    function _outstanding(Bucket bucket, uint256 budget, uint256 window) private view returns (uint256) {
        uint256 word = Bucket.unwrap(bucket);
        uint256 refilled = (budget / 2).fullMulDiv(block.timestamp - uint32(word), window);
        return (word >> 32).zeroFloorSub(refilled);
    }
}
