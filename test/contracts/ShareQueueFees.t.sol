// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue, ShareTerms} from "../../contracts/interfaces/IShareQueue.sol";
import {deployed} from "./fixture/KeelTest.sol";
import {QueueFixture} from "./fixture/QueueFixture.sol";
import {Token} from "./fixture/Tokens.sol";

/// Fees against figures worked out by hand, on a million of a token of six decimals at a first price of one.
contract ShareQueueFeesTest is QueueFixture {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    uint256 private constant MILLION = 1e12;

    function _start(uint256 management, uint256 performance) private {
        ShareTerms memory terms = _terms();
        (terms.managementFeeWad, terms.performanceFeeWad) = (management, performance);
        _open(new Token("USDC", 6), 6, terms);
        _invest(ALICE, MILLION);
    }

    function _feeShares() private view returns (uint256) {
        return queue.balanceOf(RECIPIENT);
    }

    function test_managementFeeOfTwoPercentTakesFourThousandOfAMillionIn73Days() public {
        _start(0.02e18, 0);
        vm.warp(block.timestamp + 73 days);
        queue.strike();
        // f = 0.02/5 = 0.004; 10^24 · 0.004/0.996
        assertEq(_feeShares(), 4016064257028112449799);
        assertApproxEqAbs(queue.convertToAssets(_feeShares()), 4_000e6, 1);
        assertLe(queue.convertToAssets(_feeShares()), 4_000e6, "for the recipient");
        assertApproxEqAbs(queue.convertToAssets(queue.balanceOf(ALICE)), 996_000e6, 1);
    }

    function test_managementFeeCountsTimeOnce() public {
        _start(0.02e18, 0);
        for (uint256 i; i < 5; ++i) _strike();
        // 1 − (1 − 0.02/365)^5 of all shares are new ones.
        assertApproxEqRel(queue.convertToAssets(_feeShares()), 273.94258e6, 1e10);
    }

    function test_aYearIsTheMostOneStrikeCharges() public {
        _start(0.05e18, 0);
        vm.warp(block.timestamp + 4 * 365 days);
        queue.strike();
        assertApproxEqRel(queue.convertToAssets(_feeShares()), 50_000e6, 1e9);
    }

    function test_performanceFeeIsAFifthOfTheGain() public {
        _start(0, 0.2e18);
        _gain(500_000e6);
        _strike();
        // Price 1.5 above the mark of 1: 0.2 · 0.5/1.5 of all is 1/15, that is 1/14 of the shares beside them.
        assertApproxEqRel(_feeShares(), uint256(1e24) / 14, 1e7);
        assertApproxEqAbs(queue.convertToAssets(_feeShares()), 100_000e6, 1);
        assertLe(queue.convertToAssets(_feeShares()), 100_000e6, "for the recipient");
        assertApproxEqRel(queue.highWaterMark(), 1.4e24, 1e7);
    }

    function test_highWaterMarkNeverChargesTwice() public {
        _start(0, 0.2e18);
        _gain(500_000e6);
        _strike();
        uint256 charged = _feeShares();
        ledger.lose(300_000e6);
        _strike();
        _gain(300_000e6);
        _strike();
        assertEq(_feeShares(), charged, "the way back");
        assertApproxEqRel(queue.highWaterMark(), 1.4e24, 1e7);
        _gain(100_000e6);
        _strike();
        assertApproxEqRel(queue.convertToAssets(_feeShares() - charged), 20_000e6, 1e9);
    }

    function test_whoEntersOrLeavesAfterAStrikePaysNothingForGainsBefore() public {
        _start(0, 0.2e18);
        _gain(500_000e6);
        _request(BOB, MILLION);
        _strike();
        uint256 shares = _claimShares(BOB);
        assertApproxEqAbs(queue.convertToAssets(shares), MILLION, 1);
        _redeem(BOB, shares);
        _strike();
        assertApproxEqAbs(_claimAssets(BOB), MILLION, 2);
    }

    function test_aMarkThatNobodyHoldsIsForgotten() public {
        _start(0, 0.2e18);
        ledger.lose(400_000e6);
        _redeem(ALICE, queue.balanceOf(ALICE));
        _strike();
        _claimAssets(ALICE);
        assertEq(queue.totalSupply(), 0);
        _invest(BOB, MILLION);
        assertEq(_feeShares(), 0);
        _gain(500_000e6);
        _strike();
        assertApproxEqRel(queue.convertToAssets(_feeShares()), 100_000e6, 1e12);
    }

    function testFuzz_feesAreNeverMoreThanTheirFractionAndNeverNegative(uint256 gain, uint256 loss, uint256 time) public {
        _start(0.05e18, 0.3e18);
        time = bound(time, 1 days, 1000 days);
        gain = bound(gain, 0, 1e18);
        loss = bound(loss, 0, MILLION / 2);
        _gain(gain);
        vm.warp(block.timestamp + time);
        queue.strike();
        uint256 taken = queue.convertToAssets(_feeShares());
        uint256 year = time > 365 days ? 365 days : time;
        uint256 most = (MILLION + gain) * year / 365 days / 20 + gain * 3 / 10;
        assertLe(taken, most + 1);
        uint256 shares = _feeShares();
        uint256 mark = queue.highWaterMark();
        ledger.lose(loss);
        _strike();
        assertGe(queue.highWaterMark(), mark);
        assertLe(_feeShares() - shares, queue.totalSupply() / 7000, "a day's management and no performance");
    }

    function test_windDownEndsTheFees() public {
        _start(0.05e18, 0.3e18);
        ledger.setWindDown(block.timestamp, false);
        _gain(500_000e6);
        _strike();
        assertEq(_feeShares(), 0);
    }

    function test_feesAboveTheirCapsOrForNobodyAreRefused() public {
        ShareTerms memory terms = _terms();
        _open(new Token("USDC", 6), 6, terms);
        terms.managementFeeWad = 0.05e18 + 1;
        _refused(terms);
        (terms.managementFeeWad, terms.performanceFeeWad) = (0, 0.3e18 + 1);
        _refused(terms);
        (terms.performanceFeeWad, terms.feeRecipient) = (1, address(0));
        _refused(terms);
        (terms.performanceFeeWad, terms.strikeTimeout) = (0, 2 days - 1);
        _refused(terms);
    }

    function _refused(ShareTerms memory terms) private {
        bytes memory code = vm.getCode("ShareQueue.sol:ShareQueue");
        bytes memory creation = abi.encodePacked(code, abi.encode(address(ledger), address(token), terms));
        address made;
        assembly ("memory-safe") {
            made := create(0, add(creation, 32), mload(creation))
        }
        assertEq(made, address(0));
    }
}
