// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue} from "../../contracts/interfaces/IShareQueue.sol";
import {SpreadQueue} from "./fixture/SpreadQueue.sol";

/// Every unit that cannot be shared out stays with those who remain.
contract ShareQueueRoundingTest is SpreadQueue {
    function test_whatIsDueIsRoundedDown() public {
        uint256 shares = _invest(ALICE, 5_000_003);
        _redeem(ALICE, shares);
        uint256 before_ = ledger.cash();
        _strike();
        uint256 worth = queue.convertToAssets(shares);
        assertGt(worth % 1000, 0);
        assertEq(before_ - ledger.cash(), worth * 999 / 1000);
    }

    function test_whatIsMintedIsRoundedDown() public {
        _invest(ALICE, 5e6);
        _gain(1_234_567);
        _request(BOB, 7_000_001);
        uint256 supply = queue.totalSupply();
        _strike();
        // one virtual unit owns 10^12 virtual shares
        uint256 worth = 7_000_001 * (supply + 1e12) / (6_234_567 + 1);
        assertGt(worth % 1000, 1);
        assertEq(queue.totalSupply() - supply, worth * 999 / 1000);
        assertEq(queue.convertToShares(7_000_001), worth);
    }

    function test_whatAPartBurnsIsRoundedUp() public {
        uint256 shares = _invest(ALICE, 5_000_003);
        _redeem(ALICE, shares);
        ledger.tieUp(ledger.cash() - 1_000_003);
        uint256 supply = queue.totalSupply();
        _strike();
        uint256 due = queue.convertToAssets(shares) * 999 / 1000;
        assertGt(shares * 1_000_003 % due, 0);
        assertEq(supply - queue.totalSupply(), shares * 1_000_003 / due + 1);
    }

    function test_aPartOfAClaimIsRoundedAgainstWhoTakesIt() public {
        _invest(ALICE, 5e6);
        _gain(1_234_567);
        _request(BOB, 7_000_001);
        _strike();
        uint256 shares = queue.maxMint(BOB);
        assertGt(shares % 7_000_001, 0);
        vm.startPrank(BOB);
        assertEq(queue.deposit(1, BOB), shares / 7_000_001);
        assertEq(queue.mint(1, BOB), 1);
        vm.stopPrank();
        assertEq(queue.maxDeposit(BOB), 7_000_001 - 2);
    }

    function test_theLeastThatIsRedeemedIsWhatTheLeastDepositBought() public {
        _invest(ALICE, 5e6);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.RequestTooSmall.selector, 1e18 - 1, 1e18));
        vm.prank(ALICE);
        queue.requestRedeem(1e18 - 1, ALICE, ALICE);
        _redeem(ALICE, 1e18);
        assertEq(queue.pendingRedeemRequest(0, ALICE), 1e18);
    }

    function test_zeroShareDepositAndZeroAssetRedeemAreRefused() public {
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.RequestTooSmall.selector, 0, 1e6));
        queue.requestDeposit(0, ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.RequestTooSmall.selector, 0, 1e18));
        queue.requestRedeem(0, ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.RequestTooSmall.selector, 0, 1));
        queue.redeemInKind(0, ALICE, ALICE);
        vm.stopPrank();
    }

    function testFuzz_aDustHolderCanExit(uint256 dust) public {
        uint256 shares = _invest(ALICE, 1_000e6);
        dust = bound(dust, 1, 1e18 - 1);
        vm.prank(ALICE);
        queue.transfer(BOB, dust);
        _redeem(BOB, dust);
        _strike();
        assertLe(_claimAssets(BOB), dust / 1e12);
        assertEq(queue.balanceOf(BOB), 0);
        assertEq(queue.pendingRedeemRequest(0, BOB), 0);
        assertEq(queue.totalSupply(), shares - dust);
    }

    function testFuzz_roundingPaysOutNoMoreThanIsFree(uint256 free, uint256 first, uint256 second) public {
        uint256 shares = _invest(ALICE, 1_000_003) + _invest(BOB, 7_777_777);
        free = bound(free, 0, 8_777_780);
        first = bound(first, 1, queue.balanceOf(ALICE));
        second = bound(second, 1, queue.balanceOf(BOB));
        _redeem(ALICE, first < 1e18 ? queue.balanceOf(ALICE) : first);
        _redeem(BOB, second < 1e18 ? queue.balanceOf(BOB) : second);
        ledger.tieUp(ledger.cash() - free);
        uint256 price = ledger.cash() * 1e36 / shares;
        _strike();
        uint256 paid = token.balanceOf(address(queue));
        assertLe(paid, free);
        assertLe(queue.maxWithdraw(ALICE) + queue.maxWithdraw(BOB), paid);
        uint256 supply = queue.totalSupply();
        if (supply > 1e15) assertGe(ledger.cash() * 1e36 / supply, price, "the remaining paid for it");
    }
}
