// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue} from "../../contracts/interfaces/IShareQueue.sol";
import {SpreadQueue} from "./fixture/SpreadQueue.sol";
import {BlacklistToken, RebasingToken, SilentToken} from "./fixture/OddTokens.sol";
import {FalseToken, FeeToken, Token} from "./fixture/Tokens.sol";

/// Tokens that are not as they should be.
contract ShareQueueTokensTest is SpreadQueue {
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
}
