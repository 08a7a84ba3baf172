// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue} from "../../contracts/interfaces/IShareQueue.sol";
import {IVaultEvents} from "../../contracts/interfaces/IVault.sol";
import {SpreadQueue} from "./fixture/SpreadQueue.sol";

/// A vault that winds down or is closed pays everyone what is theirs.
contract ShareQueueClosedTest is SpreadQueue {
    function test_windDownTakesNoDepositsAndReturnsThePendingOnesInFull() public {
        _request(ALICE, 5e6);
        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff);
        ledger.setWindDown(block.timestamp, false);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.EpochOpen.selector, 2, cutoff + EPOCH));
        this.strikeTwice();
        vm.prank(ALICE);
        assertEq(queue.cancelDepositRequest(0, ALICE, ALICE), 5e6);
        _fund(BOB, 5e6);
        vm.prank(BOB);
        vm.expectRevert(IVaultEvents.WindingDown.selector);
        queue.requestDeposit(5e6, BOB, BOB);
    }

    /// The first strikes the empty epoch of redemptions.
    function strikeTwice() external {
        queue.strike();
        queue.strike();
    }

    function test_aClosedVaultPaysQueuedAndCarriedSharesInKind() public {
        _request(ALICE, 6_000e6);
        _request(BOB, 4_000e6);
        _strike();
        uint256 alice = _claimShares(ALICE);
        uint256 bob = _claimShares(BOB);
        _redeem(ALICE, alice / 2);
        _redeem(BOB, bob);
        ledger.tieUp(10_000e6 - 1_400e6);
        _strike();
        uint256 claim = queue.maxWithdraw(ALICE) + queue.maxWithdraw(BOB);
        assertApproxEqAbs(claim, 1_400e6, 2);
        _redeem(ALICE, alice / 2);
        ledger.setWindDown(block.timestamp, true);

        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff);
        vm.expectRevert(IVaultEvents.VaultClosed.selector);
        queue.strike();
        for (uint256 i; i < 2; ++i) {
            address user = i == 0 ? ALICE : BOB;
            vm.startPrank(user);
            queue.cancelRedeemRequest(0, user, user);
            uint256 shares = queue.balanceOf(user);
            vm.expectRevert(IVaultEvents.VaultClosed.selector);
            queue.requestRedeem(shares, user, user);
            queue.redeemInKind(shares, user, user);
            vm.stopPrank();
            _claimAssets(user);
        }
        assertLe(queue.carriedShares(), 2);
        // By halves and thirds: everything is out and each has the part its shares were.
        assertLe(ledger.cash(), 1);
        assertLe(queue.totalSupply(), 2);
        assertApproxEqRel(token.balanceOf(ALICE), 6_000e6, 0.001e18);
        assertApproxEqRel(token.balanceOf(BOB), 4_000e6, 0.001e18);
        assertApproxEqAbs(token.balanceOf(ALICE) + token.balanceOf(BOB), 10_000e6, 4);
    }

    function test_redeemInKindTakesAnAllowanceAndNeedsAClosedVault() public {
        uint256 shares = _invest(ALICE, 10e6);
        vm.prank(ALICE);
        vm.expectRevert("not closed");
        queue.redeemInKind(shares, ALICE, ALICE);
        ledger.setWindDown(1, true);
        vm.prank(BOB);
        vm.expectRevert();
        queue.redeemInKind(shares, BOB, ALICE);
        vm.prank(ALICE);
        queue.approve(BOB, shares);
        vm.prank(BOB);
        queue.redeemInKind(shares, BOB, ALICE);
        assertEq(token.balanceOf(BOB), 10e6);
    }
}
