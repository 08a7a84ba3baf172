// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @notice What has been spent and not yet refilled, as it stood at `time`.
struct Bucket {
    uint192 spent;
    uint64 time;
}

/// @title A capacity that spending draws down and only time refills
/// @notice The bucket of a budget holds half of it and refills that half over the window, so that no window of that length,
/// wherever it starts, can see more than the budget spent. Nothing earned ever refills it.
library LeakyBucket {
    using FixedPointMathLib for uint256;

    /// @return what may be spent now, rounded down
    function left(Bucket storage bucket, uint256 budget, uint256 window) internal view returns (uint256) {
        return (budget / 2).zeroFloorSub(_outstanding(bucket, budget, window));
    }

    /// @return true and the amount is spent, or false and nothing happened
    function spend(Bucket storage bucket, uint256 amount, uint256 budget, uint256 window) internal returns (bool) {
        if (amount == 0) return true;
        uint256 outstanding = _outstanding(bucket, budget, window);
        if (amount > (budget / 2).zeroFloorSub(outstanding)) return false;
        // amount + outstanding <= budget / 2, and budgets are at most 2^128
        bucket.spent = uint192(outstanding + amount);
        bucket.time = uint64(block.timestamp);
        return true;
    }

    function _outstanding(Bucket storage bucket, uint256 budget, uint256 window) private view returns (uint256) {
        uint256 refilled = (budget / 2).fullMulDiv(block.timestamp - bucket.time, window);
        return uint256(bucket.spent).zeroFloorSub(refilled);
    }
}
