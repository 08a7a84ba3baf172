// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue, ShareTerms} from "../../contracts/interfaces/IShareQueue.sol";
import {IVaultEvents} from "../../contracts/interfaces/IVault.sol";
import {IQueue, QueueFixture} from "./fixture/QueueFixture.sol";
import {BlacklistToken, RebasingToken, SilentToken} from "./fixture/OddTokens.sol";
import {FalseToken, FeeToken, Token} from "./fixture/Tokens.sol";

/// One test for each threat to shares that needs no market; the others are in ShareQueue.test.ts and windDown.test.ts.
contract ShareQueueTest is QueueFixture {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    address private constant CAROL = address(0xca401);

    function setUp() public {
        _open(new Token("USDC", 6), 6, _terms());
    }

    function _terms() internal view override returns (ShareTerms memory terms) {
        terms = super._terms();
        terms.spreadWad = 0.001e18;
    }

    // ── Cancelling ───────────────────────────────────────────────────────────

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

    // ── Sizes ────────────────────────────────────────────────────────────────

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

    // ── Closed ───────────────────────────────────────────────────────────────

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

    // ── Tokens ───────────────────────────────────────────────────────────────

    function test_decimals6And8And18KeepShareAndAssetWhole() public {
        for (uint8 i; i < 3; ++i) {
            uint8 decimals = [6, 8, 18][i];
            uint256 one = 10 ** decimals;
            _open(new Token("T", decimals), decimals, _terms());
            uint256 shares = _invest(ALICE, 1_000 * one);
            assertEq(shares, 999 * 10 ** queue.decimals());
            assertApproxEqAbs(queue.convertToAssets(shares), 999 * one, 1);
            _redeem(ALICE, shares);
            _strike();
            assertApproxEqRel(_claimAssets(ALICE), 999 * one, 1e12);
        }
    }

    function test_feeOnTransferIsRefused() public {
        _open(new FeeToken(), 18, _terms());
        _fund(ALICE, 100e18);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.TransferMismatch.selector, 99e18, 100e18));
        queue.requestDeposit(100e18, ALICE, ALICE);
    }

    function test_falseReturnIsRefusedAndTakesNoClaim() public {
        FalseToken token_ = new FalseToken();
        _open(token_, 18, _terms());
        uint256 shares = _invest(ALICE, 100e18);
        _redeem(ALICE, shares);
        _strike();
        token_.breakIt();
        uint256 claimable = queue.maxRedeem(ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert();
        queue.redeem(claimable, ALICE, ALICE);
        vm.stopPrank();
        assertEq(queue.maxRedeem(ALICE), claimable);
        token_.mint(BOB, 5e18);
        vm.startPrank(BOB);
        token_.approve(address(queue), 5e18);
        vm.expectRevert();
        queue.requestDeposit(5e18, BOB, BOB);
        vm.stopPrank();
    }

    function test_noReturnIsFine() public {
        _open(Token(address(new SilentToken())), 6, _terms());
        SilentToken(address(token)).mint(ALICE, 50e6);
        vm.startPrank(ALICE);
        SilentToken(address(token)).approve(address(queue), 50e6);
        queue.requestDeposit(50e6, ALICE, ALICE);
        vm.stopPrank();
        _strike();
        _redeem(ALICE, _claimShares(ALICE));
        _strike();
        assertApproxEqAbs(_claimAssets(ALICE), 49.95e6, 2);
    }

    function test_rebasingMovesNoClaimAndNoPrice() public {
        RebasingToken token_ = new RebasingToken();
        _open(token_, 6, _terms());
        uint256 shares = _invest(ALICE, 100e6);
        _redeem(ALICE, shares / 2);
        _strike();
        _strike();
        uint256 claim = queue.maxWithdraw(ALICE);
        uint256 price = queue.convertToAssets(1e24);
        token_.rebase(110);
        assertEq(queue.maxWithdraw(ALICE), claim);
        _strike();
        assertEq(queue.convertToAssets(1e24), price);
        assertEq(_claimAssets(ALICE), claim);
    }

    function test_aBlacklistedReceiverFreezesNobodyElse() public {
        BlacklistToken token_ = new BlacklistToken(6);
        _open(token_, 6, _terms());
        _request(ALICE, 100e6);
        _request(BOB, 100e6);
        _strike();
        _redeem(ALICE, _claimShares(ALICE));
        _redeem(BOB, _claimShares(BOB));
        token_.blacklist(ALICE, true);
        _strike();
        uint256 claimable = queue.maxRedeem(ALICE);
        vm.prank(ALICE);
        vm.expectRevert("blacklisted");
        queue.redeem(claimable, ALICE, ALICE);
        assertGt(_claimAssets(BOB), 99e6);
        vm.prank(ALICE);
        assertGt(queue.redeem(claimable, CAROL, ALICE), 99e6);
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
