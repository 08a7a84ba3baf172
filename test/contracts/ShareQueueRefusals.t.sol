// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IShareQueue, ShareTerms} from "../../contracts/interfaces/IShareQueue.sol";
import {QueueFixture} from "./fixture/QueueFixture.sol";
import {HookToken} from "./fixture/Tokens.sol";

/// What a queue is not made for, and who does not get in.
contract ShareQueueRefusalsTest is QueueFixture {
    address private constant ALICE = address(0xa11ce);
    HookToken private _hooked = new HookToken();

    function setUp() public {
        _open(_hooked, 18, _terms());
    }

    // ── Terms ────────────────────────────────────────────────────────────────

    function test_epochsLastFromAnHourToAMonth() public {
        for (uint256 i; i < 4; ++i) {
            ShareTerms memory terms = _terms();
            terms.epochLength = [uint256(1 hours), 30 days, 1 hours - 1, 30 days + 1][i];
            terms.strikeTimeout = 61 days;
            _assertTerms(terms, i < 2, "epochLength", terms.epochLength);
        }
    }

    function test_theFirstCutoffIsAhead() public {
        for (uint256 i; i < 3; ++i) {
            ShareTerms memory terms = _terms();
            terms.firstCutoff = block.timestamp + 1 - i;
            _assertTerms(terms, i == 0, "firstCutoff", terms.firstCutoff);
        }
    }

    function test_depositsHaveALeast() public {
        for (uint256 i; i < 2; ++i) {
            ShareTerms memory terms = _terms();
            terms.minDeposit = i;
            _assertTerms(terms, i == 1, "minDeposit", 0);
        }
    }

    function test_theSpreadIsAtMostFivePercent() public {
        for (uint256 i; i < 2; ++i) {
            ShareTerms memory terms = _terms();
            terms.spreadWad = 0.05e18 + i;
            _assertTerms(terms, i == 0, "spreadWad", terms.spreadWad);
        }
    }

    function test_strikesAreOverdueAfterTwoEpochsAtTheEarliestAndNinetyDaysAtTheLatest() public {
        for (uint256 i; i < 4; ++i) {
            ShareTerms memory terms = _terms();
            terms.strikeTimeout = [2 * EPOCH, 90 days, 2 * EPOCH - 1, 90 days + 1][i];
            _assertTerms(terms, i < 2, "strikeTimeout", terms.strikeTimeout);
        }
    }

    function test_feesAreAtMostFivePercentAYearAndThreeTenthsOfTheGain() public {
        for (uint256 i; i < 2; ++i) {
            ShareTerms memory terms = _terms();
            terms.managementFeeWad = 0.05e18 + i;
            _assertTerms(terms, i == 0, "managementFeeWad", terms.managementFeeWad);
            terms = _terms();
            terms.performanceFeeWad = 0.3e18 + i;
            _assertTerms(terms, i == 0, "performanceFeeWad", terms.performanceFeeWad);
        }
    }

    function test_whoTakesFeesHasAnAddress() public {
        ShareTerms memory terms = _terms();
        terms.feeRecipient = address(0);
        assertEq(_refusal(terms), "");
        terms.managementFeeWad = 1;
        assertEq(_refusal(terms), abi.encodeWithSelector(IShareQueue.ZeroAddress.selector));
        (terms.managementFeeWad, terms.performanceFeeWad) = (0, 1);
        assertEq(_refusal(terms), abi.encodeWithSelector(IShareQueue.ZeroAddress.selector));
        terms.feeRecipient = RECIPIENT;
        assertEq(_refusal(terms), "");
    }

    function _assertTerms(ShareTerms memory terms, bool fine, string memory name, uint256 value) private {
        bytes memory expected = fine ? bytes("") : abi.encodeWithSelector(IShareQueue.ParameterOutOfRange.selector, name, value);
        assertEq(_refusal(terms), expected, name);
    }

    /// What the constructor says to these terms; nothing if it takes them.
    function _refusal(ShareTerms memory terms) private returns (bytes memory reason) {
        bytes memory code = abi.encodePacked(vm.getCode("ShareQueue.sol:ShareQueue"), abi.encode(address(ledger), address(token), terms));
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 32), mload(code))) {
                reason := mload(0x40)
                mstore(reason, returndatasize())
                returndatacopy(add(reason, 32), 0, returndatasize())
                mstore(0x40, add(reason, add(32, returndatasize())))
            }
        }
    }

    // ── Callers ──────────────────────────────────────────────────────────────

    function test_nobodyRequestsForTheZeroAddress() public {
        uint256 shares = _invest(ALICE, 100e18);
        _fund(ALICE, 5e18);
        vm.startPrank(ALICE);
        vm.expectRevert(IShareQueue.ZeroAddress.selector);
        queue.requestDeposit(5e18, address(0), ALICE);
        vm.expectRevert(IShareQueue.ZeroAddress.selector);
        queue.requestRedeem(shares, address(0), ALICE);
        vm.stopPrank();
    }

    function test_whoClaimsTooMuchIsToldWhatThereIs() public {
        _request(ALICE, 100e18);
        _gain(50e18);
        _strike();
        uint256 shares = queue.maxMint(ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.ExceedsClaimable.selector, 100e18 + 1, 100e18));
        queue.deposit(100e18 + 1, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.ExceedsClaimable.selector, shares + 1, shares));
        queue.mint(shares + 1, ALICE);
        queue.mint(shares, ALICE);
        queue.requestRedeem(shares, ALICE, ALICE);
        vm.stopPrank();
        _strike();
        uint256 assets = queue.maxWithdraw(ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.ExceedsClaimable.selector, 2 * shares, shares));
        queue.redeem(2 * shares, ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IShareQueue.ExceedsClaimable.selector, assets + 1, assets));
        queue.withdraw(assets + 1, ALICE, ALICE);
        vm.stopPrank();
    }

    function test_aVaultThatLostEverythingIsStruckOnlyForSharesThatARoundingLeftOver() public {
        uint256 virtualShares = 1e6;
        for (uint256 i; i < 2; ++i) {
            _open(_hooked, 18, _terms());
            uint256 shares = _invest(ALICE, 100e18);
            _redeem(ALICE, shares - virtualShares + i);
            _strike();
            ledger.lose(ledger.cash());
            _redeem(ALICE, virtualShares - i);
            (, uint256 cutoff) = queue.openEpoch();
            vm.warp(cutoff);
            if (i == 0) vm.expectRevert(abi.encodeWithSelector(IShareQueue.NotSolvent.selector, 0));
            queue.strike();
        }
    }

    function test_aTokenThatCallsBackEntersNothing() public {
        bytes[10] memory entries = [
            abi.encodeCall(queue.requestDeposit, (1e18, address(_hooked), address(_hooked))),
            abi.encodeCall(queue.requestRedeem, (0, address(_hooked), address(_hooked))),
            abi.encodeCall(queue.cancelDepositRequest, (0, address(_hooked), address(_hooked))),
            abi.encodeCall(queue.cancelRedeemRequest, (0, address(_hooked), address(_hooked))),
            abi.encodeWithSignature("deposit(uint256,address,address)", 0, address(_hooked), address(_hooked)),
            abi.encodeWithSignature("mint(uint256,address,address)", 0, address(_hooked), address(_hooked)),
            abi.encodeCall(queue.redeem, (0, address(_hooked), address(_hooked))),
            abi.encodeCall(queue.withdraw, (0, address(_hooked), address(_hooked))),
            abi.encodeCall(queue.strike, ()),
            abi.encodeCall(queue.redeemInKind, (0, address(_hooked), address(_hooked)))
        ];
        _fund(ALICE, 100e18);
        for (uint256 i; i < entries.length; ++i) {
            _hooked.hook(address(queue), entries[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vm.prank(ALICE);
            queue.requestDeposit(5e18, ALICE, ALICE);
        }
    }
}
