// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Adversary, Lifted} from "./fixture/Adversary.sol";
import {KeelTest} from "./fixture/KeelTest.sol";

contract Thief is Adversary(Lifted.None) {}

contract ThiefWithoutBudget is Adversary(Lifted.Budget) {}

contract ThiefWithoutDeltaTurnover is Adversary(Lifted.DeltaTurnover) {}

contract ThiefWithoutVegaTurnover is Adversary(Lifted.VegaTurnover) {}

/// The theorem of docs/security.md: what stolen keys can take in a window is bounded at true prices.
contract AdversaryTest is KeelTest {
    uint256 private constant WAD = 1e18;
    string private constant RECORD = "cache/adversary.txt";

    Adversary private thief;
    uint256 private entropy;

    function setUp() public {
        thief = new Thief();
        targetContract(address(thief));
    }

    /// hardhat-config: default.invariant.runs = 64
    function invariant_lossStaysWithinTheBound() public view {
        assertLe(thief.worstRatioWad(), WAD, "loss above the bound");
    }

    /// For `npm run assure` to add up: calls, refused, worst loss over its bound.
    function afterInvariant() public {
        _record(thief);
    }

    function test_aPatientThiefComesCloseToTheBoundAndNotBeyond() public {
        uint256 ratio = _walk(thief, 16, 24);
        _record(thief);
        assertLe(ratio, WAD, "loss above the bound");
        assertGt(ratio, 0.6e18, "the adversary is too weak to prove anything");
    }

    function test_withoutTheBudgetItTakesMore() public {
        assertGt(_walk(new ThiefWithoutBudget(), 48, 50), WAD);
    }

    function test_withoutTheDeltaTurnoverCapItTakesMore() public {
        assertGt(_walk(new ThiefWithoutDeltaTurnover(), 6, 48), WAD);
    }

    function test_withoutTheVegaTurnoverCapItTakesMore() public {
        assertGt(_walk(new ThiefWithoutVegaTurnover(), 3, 3), WAD);
    }

    /// Of 64 actions `sandwiches` are sandwiches, from there to `farms` the lag is farmed; time passes in 12, the rest are options.
    function _walk(Adversary who, uint256 sandwiches, uint256 farms) private returns (uint256) {
        for (uint256 i; i < 400; ++i) {
            (uint256 a, uint256 b, uint256 c, uint256 d) = (_random(), _random(), _random(), _random());
            uint256 chosen = a >> 250;
            if (chosen < sandwiches) who.sandwich(a, b, c);
            else if (chosen < farms) who.farmTheLag(a, b);
            else if (chosen < 51) who.dealWithItself(a, b, c, d);
            else if (chosen < 52) who.donate(a);
            else who.pass(a, b, c);
        }
        return who.worstRatioWad();
    }

    function _record(Adversary who) private {
        string memory line = string.concat(vm.toString(who.calls()), " ", vm.toString(who.refused()));
        vm.writeLine(RECORD, string.concat(line, " ", vm.toString(who.worstRatioWad())));
    }

    function _random() private returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy;
    }
}
