// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KeelTest} from "../fixture/KeelTest.sol";
import {Bucket} from "../../../contracts/vault/LeakyBucket.sol";

contract LeakyBucketTest is KeelTest {
    uint256 private constant STEPS = 24;

    Bucket private _bucket;

    /// The promise itself: whatever is asked for and whenever, no window sees more than the budget spent.
    function testFuzz_noWindowSpendsMoreThanTheBudget(uint96 budget, uint32 window, uint256[STEPS] memory asks, uint32[STEPS] memory waits)
        public
    {
        window = uint32(bound(window, 1 hours, 30 days));
        uint256[STEPS] memory times;
        uint256[STEPS] memory spent;
        for (uint256 i; i < STEPS; ++i) {
            vm.warp(block.timestamp + bound(waits[i], 0, window / 4));
            uint256 ask = bound(asks[i], 0, budget);
            times[i] = block.timestamp;
            uint256 left = _bucket.left(budget, window);
            uint256 kept = i % 2 == 0 ? 0 : budget / 4;
            bool done = _spend(ask, kept, budget, window);
            assertEq(done, ask + kept <= left || ask == 0);
            if (done) spent[i] = ask;
        }
        for (uint256 from; from < STEPS; ++from) {
            uint256 sum;
            for (uint256 i = from; i < STEPS && times[i] < times[from] + window; ++i) {
                sum += spent[i];
            }
            assertLe(sum, budget);
        }
    }

    function test_refillsItsHalfOverTheWindow() public {
        assertEq(_bucket.left(100e18, 1 days), 50e18);
        assertTrue(_spend(50e18, 100e18, 1 days));
        assertFalse(_spend(1, 100e18, 1 days));
        skip(6 hours);
        assertEq(_bucket.left(100e18, 1 days), 12.5e18);
        skip(30 days);
        assertEq(_bucket.left(100e18, 1 days), 50e18);
    }

    function test_refillsRoundedDown() public {
        assertTrue(_spend(50, 100, 1 days));
        skip(1727);
        assertEq(_bucket.left(100, 1 days), 0);
        skip(1);
        assertEq(_bucket.left(100, 1 days), 1);
    }

    function test_nothingIsAlwaysSpent() public {
        assertTrue(_spend(50, 100, 1 days));
        assertTrue(_spend(0, 100, 1 days));
        assertEq(_bucket.left(100, 1 days), 0);
    }

    function test_aLoweredBudgetLeavesNothingUntilItRefills() public {
        assertTrue(_spend(40e18, 100e18, 1 days));
        assertEq(_bucket.left(20e18, 1 days), 0);
        skip(3 days + 1);
        assertGt(_bucket.left(20e18, 1 days), 0);
    }

    function _spend(uint256 amount, uint256 budget, uint256 window) private returns (bool) {
        return _spend(amount, 0, budget, window);
    }

    function _spend(uint256 amount, uint256 kept, uint256 budget, uint256 window) private returns (bool done) {
        (done, _bucket) = _bucket.spend(amount, kept, budget, window);
    }
}
