// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "hardhat/console.sol";
import {QueueFixture} from "./fixture/QueueFixture.sol";
import {Token} from "./fixture/Tokens.sol";

/// What a user's own step costs does not depend on how many others there are.
contract ShareQueueGasTest is QueueFixture {
    uint256 private users;

    struct Cost {
        uint256 requestDeposit;
        uint256 strikeDeposits;
        uint256 mint;
        uint256 requestRedeem;
        uint256 strikeRedeems;
        uint256 redeem;
    }

    function setUp() public {
        _open(new Token("USDC", 6), 6, _terms());
        // Slots that only the very first users pay for.
        _cycle(2);
        _cycle(2);
    }

    function test_depositClaimAndRedeemCostTheSameFor1And100And10000Users() public {
        Cost memory one = _cycle(2);
        Cost memory hundred = _cycle(101);
        Cost memory many = _cycle(10_001);
        _print("1", one);
        _print("100", hundred);
        _print("10000", many);
        _flat(one, hundred);
        _flat(one, many);
    }

    /// A crowd goes through the whole cycle; the last of it is measured: what all share has been touched before.
    function _cycle(uint256 crowd) private returns (Cost memory cost) {
        uint256 first = users;
        users += crowd;
        for (uint256 i = first; i < users; ++i) {
            _fund(_user(i), 100e6);
            vm.prank(_user(i));
            uint256 gas = gasleft();
            queue.requestDeposit(100e6, _user(i), _user(i));
            cost.requestDeposit = gas - gasleft();
        }
        cost.strikeDeposits = _strikeGas();
        for (uint256 i = first; i < users; ++i) {
            uint256 shares = queue.maxMint(_user(i));
            vm.prank(_user(i));
            uint256 gas = gasleft();
            queue.mint(shares, _user(i));
            cost.mint = gas - gasleft();
        }
        for (uint256 i = first; i < users; ++i) {
            uint256 shares = queue.balanceOf(_user(i)) / 2;
            vm.prank(_user(i));
            uint256 gas = gasleft();
            queue.requestRedeem(shares, _user(i), _user(i));
            cost.requestRedeem = gas - gasleft();
        }
        cost.strikeRedeems = _strikeGas();
        for (uint256 i = first; i < users; ++i) {
            uint256 shares = queue.maxRedeem(_user(i));
            vm.prank(_user(i));
            uint256 gas = gasleft();
            queue.redeem(shares, _user(i), _user(i));
            cost.redeem = gas - gasleft();
        }
    }

    function _strikeGas() private returns (uint256 gas) {
        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff);
        gas = gasleft();
        queue.strike();
        gas -= gasleft();
    }

    function _user(uint256 i) private pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function _flat(Cost memory one, Cost memory more) private pure {
        assertApproxEqRel(more.requestDeposit, one.requestDeposit, 0.02e18, "requestDeposit");
        assertLe(more.strikeDeposits, one.strikeDeposits, "strike of deposits");
        assertApproxEqRel(more.mint, one.mint, 0.02e18, "mint");
        assertApproxEqRel(more.requestRedeem, one.requestRedeem, 0.02e18, "requestRedeem");
        assertLe(more.strikeRedeems, one.strikeRedeems, "strike of redemptions");
        assertApproxEqRel(more.redeem, one.redeem, 0.02e18, "redeem");
    }

    function _print(string memory crowd, Cost memory cost) private pure {
        console.log("users %s: requestDeposit %d, mint %d", crowd, cost.requestDeposit, cost.mint);
        console.log("  requestRedeem %d, redeem %d", cost.requestRedeem, cost.redeem);
        console.log("  strike of deposits %d, of redemptions %d", cost.strikeDeposits, cost.strikeRedeems);
    }
}
