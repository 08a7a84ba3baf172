// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue} from "../../contracts/interfaces/IShareQueue.sol";
import {SpreadQueue} from "./fixture/SpreadQueue.sol";

/// One test for each threat to shares that needs no market; the others are in ShareQueue.test.ts and windDown.test.ts.
contract ShareQueueTest is SpreadQueue {
    // ── Requests ─────────────────────────────────────────────────────────────

    function test_cancelBeforeTheCutoffReturnsTheDepositAtOnce() public {
        _request(ALICE, 5e6);
        _request(BOB, 7e6);
        vm.prank(ALICE);
        assertEq(queue.cancelDepositRequest(0, CAROL, ALICE), 5e6);
        assertEq(token.balanceOf(CAROL), 5e6);
        assertEq(queue.pendingDepositRequest(0, ALICE), 0);
        _strike();
        assertEq(ledger.cash(), 7e6);
        assertEq(queue.maxDeposit(ALICE), 0);
        assertEq(queue.maxDeposit(BOB), 7e6);
    }

    function test_cancelAfterTheCutoffIsRefusedSinceItWouldBeAnOptionOnThePrice() public {
        _request(ALICE, 5e6);
        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NothingToCancel.selector, ALICE));
        queue.cancelDepositRequest(0, ALICE, ALICE);
        // What was asked for since then is still free to go.
        _request(ALICE, 3e6);
        vm.prank(ALICE);
        assertEq(queue.cancelDepositRequest(0, ALICE, ALICE), 3e6);
        assertEq(queue.pendingDepositRequest(0, ALICE), 5e6);
    }

    function test_cancelAfterFulfilmentIsRefused() public {
        _request(ALICE, 5e6);
        _strike();
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NothingToCancel.selector, ALICE));
        queue.cancelDepositRequest(0, ALICE, ALICE);
        uint256 shares = queue.mint(queue.maxMint(ALICE), ALICE);
        assertEq(shares, 5e6);
        queue.requestRedeem(queue.balanceOf(ALICE), ALICE, ALICE);
        vm.stopPrank();
        _strike();
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NothingToCancel.selector, ALICE));
        queue.cancelRedeemRequest(0, ALICE, ALICE);
    }

    function test_cancelGivesTheSharesBackBeforeTheCutoff() public {
        uint256 shares = _invest(ALICE, 5e6);
        _redeem(ALICE, shares);
        vm.prank(ALICE);
        assertEq(queue.cancelRedeemRequest(0, ALICE, ALICE), shares);
        assertEq(queue.balanceOf(ALICE), shares);
        _strike();
        assertEq(queue.maxRedeem(ALICE), 0);
    }

    function test_cancelOfCarriedSharesIsRefusedWhileStrikesCanPayThem() public {
        uint256 shares = _invest(ALICE, 5e6);
        ledger.tieUp(5e6);
        _redeem(ALICE, shares);
        _strike();
        assertEq(queue.pendingRedeemRequest(0, ALICE), shares);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NothingToCancel.selector, ALICE));
        queue.cancelRedeemRequest(0, ALICE, ALICE);
    }

    function test_requestsOfLaterEpochsOutliveAStrike() public {
        (, uint256 cutoff) = queue.openEpoch();
        _request(ALICE, 5e6);
        vm.warp(cutoff);
        _request(ALICE, 3e6);
        queue.strike();
        _request(ALICE, 2e6);
        assertEq(queue.pendingDepositRequest(0, ALICE), 5e6);
        assertEq(queue.maxDeposit(ALICE), 5e6);
        _strike();
        assertEq(queue.maxDeposit(ALICE), 10e6);
    }

    function test_theNextEpochOpensOnTheCutoff() public {
        (uint64 epoch, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff - 1);
        (uint64 same,) = queue.openEpoch();
        assertEq(same, epoch);
        vm.warp(cutoff);
        (uint64 next, uint256 nextCutoff) = queue.openEpoch();
        assertEq(next, epoch + 1);
        assertEq(nextCutoff, cutoff + EPOCH);
    }

    function test_pauseTrapsNoDeposit() public {
        _request(ALICE, 5e6);
        ledger.setPaused(true);
        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff + 3 days);
        vm.prank(ALICE);
        assertEq(queue.cancelDepositRequest(0, ALICE, ALICE), 5e6);
    }

    function test_strangersAndRevokedOperatorsCancelNothing() public {
        _request(ALICE, 5e6);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NotAuthorized.selector, BOB, ALICE));
        queue.cancelDepositRequest(0, BOB, ALICE);
        vm.prank(ALICE);
        queue.setOperator(BOB, true);
        vm.prank(BOB);
        queue.cancelDepositRequest(0, ALICE, ALICE);
        _request(ALICE, 5e6);
        vm.prank(ALICE);
        queue.setOperator(BOB, false);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NotAuthorized.selector, BOB, ALICE));
        queue.cancelDepositRequest(0, BOB, ALICE);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NotAuthorized.selector, BOB, ALICE));
        queue.cancelRedeemRequest(0, BOB, ALICE);
    }

    function test_strangersAndRevokedOperatorsClaimNothing() public {
        uint256 shares = _invest(ALICE, 1_000e6);
        _request(ALICE, 100e6);
        _redeem(ALICE, shares / 2);
        _strike();
        vm.startPrank(ALICE);
        queue.setOperator(BOB, true);
        queue.setOperator(BOB, false);
        vm.stopPrank();
        vm.startPrank(BOB);
        bytes memory refusal = abi.encodeWithSelector(IShareQueue.NotAuthorized.selector, BOB, ALICE);
        vm.expectRevert(refusal);
        queue.deposit(1e6, BOB, ALICE);
        vm.expectRevert(refusal);
        queue.mint(1e18, BOB, ALICE);
        vm.expectRevert(refusal);
        queue.redeem(1e18, BOB, ALICE);
        vm.expectRevert(refusal);
        queue.withdraw(1e6, BOB, ALICE);
        vm.stopPrank();
        assertGt(queue.maxDeposit(ALICE), 0);
        assertGt(queue.maxRedeem(ALICE), 0);
    }

    // ── Price ────────────────────────────────────────────────────────────────

    function test_depositBeforeAGainAndExitBeforeALossGainNothing() public {
        uint256 alice = _invest(ALICE, 1_000e6);
        // Both requests are made knowing what comes; both get the price after it.
        _request(BOB, 1_000e6);
        _gain(500e6);
        _strike();
        uint256 bob = _claimShares(BOB);
        assertLe(queue.convertToAssets(bob), 1_000e6);
        assertGe(queue.convertToAssets(alice), 1_498e6);
        _redeem(BOB, bob);
        ledger.lose(1_250e6);
        _strike();
        assertLe(_claimAssets(BOB), 500e6);
    }

    function test_pendingDepositsAreNotInNav() public {
        uint256 shares = _invest(ALICE, 1_000e6);
        uint256 value = queue.convertToAssets(shares);
        _request(BOB, 1_000_000e6);
        assertEq(ledger.strictEquity(0), 1_000e18);
        assertEq(queue.totalAssets(), value);
        assertEq(queue.totalSupply(), shares);
    }

    function test_spreadStaysWithThoseWhoRemain() public {
        uint256 alice = _invest(ALICE, 1_000e6);
        uint256 bob = _invest(BOB, 1_000e6);
        // Of what Bob pays entering half is Alice's, 999 of 1,997.001 shares; leaving he gets 0.999 of 998.001/1,997.001 of 2,000.
        _redeem(BOB, bob);
        _strike();
        uint256 paid = _claimAssets(BOB);
        assertEq(queue.totalSupply(), alice);
        assertApproxEqAbs(ledger.cash() + paid, 2_000e6, 1);
        assertApproxEqAbs(ledger.cash(), 1_001_499_750, 2);
        assertEq(queue.balanceOf(RECIPIENT), 0);
    }

    function test_firstDepositorCannotInflateThePriceByDonations() public {
        _invest(ALICE, 1e6);
        token.mint(address(ledger), 1_000_000e6);
        token.mint(address(queue), 1_000_000e6);
        uint256 shares = _invest(BOB, 1_000e6);
        assertGe(queue.convertToAssets(shares), 998e6);
        _redeem(BOB, shares);
        _strike();
        assertGe(_claimAssets(BOB), 997e6);
    }

    function test_maxNeverRevertsAndDoesNotAskWhoCalls() public {
        _request(ALICE, 5e6);
        _strike();
        ledger.setPaused(true);
        for (uint256 i; i < 2; ++i) {
            if (i == 1) vm.prank(BOB);
            assertEq(queue.maxDeposit(ALICE), 5e6);
            assertEq(queue.maxDeposit(address(0)), 0);
            assertEq(queue.maxMint(BOB), 0);
            assertEq(queue.maxWithdraw(BOB), 0);
            assertEq(queue.maxRedeem(ALICE), 0);
        }
        vm.expectRevert(IShareQueue.PreviewUnavailable.selector);
        queue.previewDeposit(1);
    }

    function test_aControllersRequestsAreAllRequestZero() public {
        uint256 shares = _invest(ALICE, 1_000e6);
        _request(ALICE, 5e6);
        _redeem(ALICE, shares / 2);
        _strike();
        _request(ALICE, 7e6);
        _redeem(ALICE, shares / 4);
        uint256[4] memory expected = [7e6, 5e6, shares / 4, queue.maxRedeem(ALICE)];
        assertGt(expected[3], 0);
        for (uint256 id; id < 2; ++id) {
            assertEq(queue.pendingDepositRequest(id, ALICE), id == 0 ? expected[0] : 0);
            assertEq(queue.claimableDepositRequest(id, ALICE), id == 0 ? expected[1] : 0);
            assertEq(queue.pendingRedeemRequest(id, ALICE), id == 0 ? expected[2] : 0);
            assertEq(queue.claimableRedeemRequest(id, ALICE), id == 0 ? expected[3] : 0);
        }
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NothingToCancel.selector, ALICE));
        queue.cancelDepositRequest(1, ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.NothingToCancel.selector, ALICE));
        queue.cancelRedeemRequest(1, ALICE, ALICE);
        vm.stopPrank();
    }

    function test_whatIsPaidOfARequestAndWhatStillWaitsAreTheWhole() public {
        uint256 shares = _invest(ALICE, 1_000e6);
        ledger.tieUp(700e6);
        _redeem(ALICE, shares);
        _strike();
        uint256 waiting = queue.pendingRedeemRequest(0, ALICE);
        assertApproxEqRel(waiting, 0.7e18 * shares / 1e18, 0.001e18);
        assertApproxEqAbs(queue.maxRedeem(ALICE) + waiting, shares, 1);
        // Settled into the claim by an act of hers it is the same.
        uint256 claimable = queue.maxRedeem(ALICE);
        vm.prank(ALICE);
        queue.redeem(0, ALICE, ALICE);
        assertEq(queue.maxRedeem(ALICE), claimable);
        assertApproxEqAbs(queue.pendingRedeemRequest(0, ALICE), waiting, 1);
    }

    function test_overdueAfterTheTimeoutWithoutAStrike() public {
        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff + 7 days);
        assertFalse(queue.isOverdue());
        vm.warp(cutoff + 7 days + 1);
        assertTrue(queue.isOverdue());
        queue.strike();
        assertFalse(queue.isOverdue());
    }
}
