// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KeelTest} from "../fixture/KeelTest.sol";
import {CarryPool, Pool, Stake} from "../../../contracts/queue/CarryPool.sol";

/// Against the plain loop the pool stands for: every payment split over every stake.
contract CarryPoolTest is KeelTest {
    using CarryPool for Pool;

    uint256 private constant USERS = 5;

    Pool private _pool;
    Stake[USERS] private _stakes;
    uint256[USERS] private _joined;
    uint256 private _paid;
    uint256 private _burned;
    uint256 private _entered;

    /// Sums of claims and of unpaid shares never exceed what was paid and what is left, and miss it by a few units a payment.
    function testFuzz_partialPaymentsAddUp(uint256[USERS] memory shares, uint256[12] memory assets, uint256[12] memory parts) public {
        uint256 last;
        for (uint256 i; i < assets.length; ++i) {
            if (i % 2 == 0 && last < USERS) _enter(last, bound(shares[last++], 1e18, 1e30));
            uint256 left = _pool.shares;
            if (left == 0) continue;
            uint256 burned = bound(parts[i], 1, i % 5 == 4 ? left : left / 2 + 1);
            // A share is paid at a price, so that dust is paid as dust.
            _pay(burned, burned * bound(assets[i], 0, 1e18) / 1e18);
        }
        _check(assets.length, last);
    }

    /// One stake is paid its exact share, whoever else is in the pool and however often it is recounted.
    function testFuzz_recountingChangesNothingButDust(uint256 shares, uint256 others, uint256[8] memory parts) public {
        shares = bound(shares, 1e18, 1e27);
        others = bound(others, 1e18, 1e27);
        Stake memory still = _pool.enter(shares);
        _pool.enter(others);
        Stake memory recounted = still;
        uint256 claimed;
        for (uint256 i; i < parts.length; ++i) {
            _pool.pay(bound(parts[i], 1, _pool.shares / 2), 1e12);
            (uint256 unpaid, uint256 assets) = _pool.read(recounted);
            claimed += assets;
            recounted = _pool.restake(unpaid);
        }
        (, uint256 all) = _pool.read(still);
        assertApproxEqAbs(claimed, all, 2 * parts.length);
        assertApproxEqAbs(all, parts.length * 1e12 * shares / (shares + others), 2 * parts.length);
    }

    function test_fullPaymentEndsAnEra() public {
        Stake memory first = _pool.enter(100e18);
        _pool.pay(100e18, 250e6);
        Stake memory second = _pool.enter(40e18);
        _pool.pay(10e18, 30e6);
        (uint256 unpaid, uint256 assets) = _pool.read(first);
        assertEq(unpaid, 0);
        assertEq(assets, 250e6);
        (unpaid, assets) = _pool.read(second);
        assertEq(unpaid, 30e18);
        assertEq(assets, 30e6);
    }

    /// The product falls through several scales while later stakes stay exact.
    function test_manyNearlyFullPaymentsKeepLaterStakesExact() public {
        for (uint256 i; i < 12; ++i) {
            Stake memory stake = _pool.enter(1e24);
            uint256 left = _pool.shares;
            _pool.pay(left - left / 1e9, 1e12);
            (uint256 unpaid, uint256 assets) = _pool.read(stake);
            assertApproxEqRel(unpaid, stake.shares / 1e9, 1e10);
            assertApproxEqRel(assets, 1e12 * stake.shares / left, 1e10);
            assertLe(unpaid, _pool.shares);
        }
        assertGt(_pool.scale, 3);
    }

    /// Half is paid while the product leaves a scale, half of the rest in the next.
    function test_aStakePaidInTwoScalesGetsBothPayments() public {
        _pool.enter(1e30);
        _pool.pay(1e30 - 1.1e12, 0);
        Stake memory stake = _pool.enter(1e24);
        _pool.pay(_pool.shares / 2, 1e12);
        assertEq(_pool.scale, 1);
        _pool.pay(_pool.shares / 2, 3e12);
        (uint256 unpaid, uint256 assets) = _pool.read(stake);
        assertApproxEqRel(unpaid, 0.25e24, 1e8);
        assertApproxEqRel(assets, 4e12, 1e8);
    }

    function test_whatIsTakenOutIsGone() public {
        _pool.enter(10e18);
        _pool.takeOut(4e18);
        assertEq(_pool.shares, 6e18);
    }

    /// Two units left of a huge pool whose product is small already.
    function test_aPaymentOfNearlyAllNeverOverflows() public {
        _pool.enter(1e29);
        _pool.pay(1e29 - 3e16, 0);
        Stake memory stake = _pool.enter(3e29);
        uint256 left = _pool.shares;
        _pool.pay(left - 2, 1e12);
        (uint256 unpaid, uint256 assets) = _pool.read(stake);
        assertLe(unpaid, 2);
        assertApproxEqRel(assets, 1e12, 1e6);
    }

    function _enter(uint256 user, uint256 shares) private {
        _stakes[user] = _pool.enter(shares);
        _joined[user] = shares;
        _entered += shares;
    }

    function _pay(uint256 burned, uint256 assets) private {
        _pool.pay(burned, assets);
        _paid += assets;
        _burned += burned;
    }

    function _check(uint256 payments, uint256 users) private view {
        uint256 claims;
        uint256 unpaidShares;
        for (uint256 i; i < users; ++i) {
            (uint256 unpaid, uint256 assets) = _pool.read(_stakes[i]);
            claims += assets;
            unpaidShares += unpaid;
            assertLe(unpaid, _joined[i]);
        }
        assertEq(_pool.shares, _entered - _burned);
        assertLe(claims, _paid);
        assertLe(unpaidShares, _pool.shares);
        assertApproxEqAbs(claims, _paid, users * (payments + 1));
        assertApproxEqAbs(unpaidShares, _pool.shares, users * (payments + 1));
    }
}
