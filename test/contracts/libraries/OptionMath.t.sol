// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KeelTest} from "../fixture/KeelTest.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {OptionMath} from "../../../contracts/libraries/OptionMath.sol";

/// Laws of the pricing kernel itself; its accuracy is tested end to end against references in riskEngineReferences.test.ts.
contract OptionMathTest is KeelTest {
    /// 1e-13 of the forward.
    int256 private constant TOLERANCE = 7205;
    int256 private constant ONE = int256(OptionMath.ONE);

    function test_knownValueAtTheMoney() external {
        // x = 0, s = 0.2: 2N(0.1) − 1 and N(0.1) from tables of the normal distribution, φ(0.1).
        (int256 price, int256 nd1, uint256 density) = _black76(0, uint256(2 << 72) / 10);
        _near(price, int256(ONE * 7965567455405796 / 1e17), TOLERANCE);
        _near(nd1, int256(ONE * 53982783727702898 / 1e17), TOLERANCE);
        _near(int256(density >> 56), int256(ONE * 39695254747701177 / 1e17), TOLERANCE);
    }

    function test_noVolMeansIntrinsic() external {
        uint256 floor = 1 << 42;
        (int256 price, int256 nd1,) = _black76(_ln(1.5e18), floor);
        _near(price, ONE - ONE * 2 / 3, 2);
        assertEq(nd1, ONE);
        (price, nd1,) = _black76(-_ln(1.5e18), floor);
        assertEq(price, 0);
        assertEq(nd1, 0);
        (price, nd1,) = _black76(0, floor);
        assertGe(price, 0);
        _near(price, 0, ONE / 1e9);
        _near(nd1, ONE / 2, ONE / 1e9);
    }

    function test_boundlessVolMeansTheForward() external {
        (int256 price, int256 nd1, uint256 density) = _black76(-(3 << 64), 40 << 72);
        assertEq(price, ONE);
        assertEq(nd1, ONE);
        assertEq(density, 0);
    }

    function testFuzz_priceStaysBetweenItsBounds(int256 x, uint256 s) external {
        x = _within(x, -100 << 64, 25 << 64);
        s = _between(s, 1 << 42, 64 << 72);
        int256 ratio = _ratio(x);
        (uint256 price, uint256 nd1, uint256 density) = OptionMath.black76(x, s, uint256(ratio), 0);
        assertGe(int256(price), 0);
        assertGe(int256(price), ONE - ratio - TOLERANCE);
        assertLe(int256(price), ONE + TOLERANCE);
        assertGe(int256(nd1), 0);
        assertLe(int256(nd1), ONE);
        assertLe(density >> 56, uint256(ONE) * 4 / 10);
    }

    function testFuzz_putIsTheCallLessTheForwardPlusTheStrike(int256 x, uint256 s) external {
        x = _within(x, -3 << 64, 3 << 64);
        s = _between(s, 1 << 42, 4 << 72);
        int256 ratio = _ratio(x);
        (uint256 put, uint256 delta, uint256 density) = OptionMath.black76(x, s, uint256(ratio), 1);
        (int256 call, int256 nd1, uint256 same) = _black76(x, s);
        assertGe(int256(put), 0);
        _near(int256(put), call + ratio - ONE, TOLERANCE);
        assertEq(int256(delta), nd1 - ONE);
        assertEq(density, same);
    }

    function testFuzz_callFallsWithTheStrike(int256 x, int256 step, uint256 s) external {
        x = _within(x, -3 << 64, 3 << 64);
        step = _within(step, 0, 1 << 62);
        s = _between(s, 1 << 60, 4 << 72);
        (int256 low,,) = _black76(x, s);
        (int256 high,,) = _black76(x - step, s);
        assertGe(low, high - TOLERANCE);
        // and by no more than the strike rises
        assertLe(low - high, _ratio(x - step) - _ratio(x) + TOLERANCE);
    }

    function testFuzz_callRisesWithVol(int256 x, uint256 s, uint256 step) external {
        x = _within(x, -3 << 64, 3 << 64);
        s = _between(s, 1 << 60, 4 << 72);
        (int256 low,,) = _black76(x, s);
        (int256 high,,) = _black76(x, s + _between(step, 0, 1 << 72));
        assertGe(high, low - TOLERANCE);
    }

    /// A call seen from the other currency is a put: C(F, K)/F = P(K, F)/K · K/F, that is p(x) = r·p(−x) − r + 1 with r = K/F.
    function testFuzz_symmetryOfTheTwoCurrencies(int256 x, uint256 s) external {
        x = _within(x, -2 << 64, 2 << 64);
        s = _between(s, 1 << 60, 4 << 72);
        (int256 call,,) = _black76(x, s);
        (int256 mirror,,) = _black76(-x, s);
        int256 ratio = _ratio(x);
        _near(call, ratio * mirror / ONE - ratio + ONE, 10 * TOLERANCE);
    }

    function testFuzz_totalVolIsTheRootOfTheSmile(uint256 a, uint256 b, int256 rho, uint256 width, int256 k) external {
        int256 z = _within(k, -4 << 64, 4 << 64);
        int256 w = int256(_between(width, 1 << 52, 2 << 64));
        OptionMath.Expiry memory smile;
        smile.widthSquared = uint256(w * w);
        smile.level = int256(_between(a, 1 << 124, 4 << 144));
        smile.halfWing = int256(_between(b, 0, 1 << 80));
        smile.tilt = 2 * smile.halfWing * _within(rho, -95, 95) / 100;
        uint256 s = OptionMath.totalVol(smile, z);
        uint256 root = FixedPointMathLib.sqrt(uint256(z * z) + smile.widthSquared);
        int256 variance = smile.level + smile.tilt * z + 2 * smile.halfWing * int256(root);
        uint256 exact = FixedPointMathLib.sqrt(uint256(variance));
        _near(int256(s), int256(exact), int256(exact / 1e12 + 4));
    }

    function test_totalVolHasAFloor() external {
        OptionMath.Expiry memory smile;
        smile.widthSquared = 1 << 100;
        smile.level = -1 << 140;
        assertEq(OptionMath.totalVol(smile, 1 << 64), 1 << 42);
    }

    /// The ceiling of one evaluation: price, delta, gamma's and vega's density together; loop and loads subtracted.
    function test_gasOfOneOption() external {
        uint256 priced = _gasOfLoop(32, true) - _gasOfLoop(8, true);
        uint256 empty = _gasOfLoop(32, false) - _gasOfLoop(8, false);
        uint256 perOption = (priced - empty) / 24;
        emit log_named_uint("gas: price, delta, gamma, vega of one option", perOption);
        assertLe(perOption, 1000);
    }

    function _gasOfLoop(uint256 n, bool price) private view returns (uint256) {
        uint256[2][] memory inputs = new uint256[2][](n);
        for (uint256 i; i < n; ++i) {
            inputs[i] = [uint256(_ln(0.7e18 + 0.02e18 * i)), uint256(1 << 72) / 5];
        }
        uint256 sum;
        uint256 start = gasleft();
        for (uint256 i; i < n; ++i) {
            (uint256 a, uint256 b, uint256 c) = (inputs[i][0], inputs[i][1], i);
            if (price) (a, b, c) = OptionMath.black76(int256(a), b, OptionMath.ONE, i & 1);
            unchecked {
                sum += a + b + c;
            }
        }
        uint256 used = start - gasleft();
        require(sum != 0);
        return used;
    }

    function _black76(int256 x, uint256 s) private pure returns (int256, int256, uint256) {
        (uint256 price, uint256 nd1, uint256 density) = OptionMath.black76(x, s, uint256(_ratio(x)), 0);
        return (int256(price), int256(nd1), density);
    }

    /// e^{−x} Q56.
    function _ratio(int256 x) private pure returns (int256) {
        return int256(FixedPointMathLib.fullMulDiv(uint256(FixedPointMathLib.expWad(-x * 1e18 >> 64)), 1 << 56, 1e18));
    }

    function _ln(uint256 wad) private pure returns (int256) {
        return (FixedPointMathLib.lnWad(int256(wad)) << 64) / 1e18;
    }

    function _between(uint256 x, uint256 low, uint256 high) private pure returns (uint256) {
        return low + x % (high - low + 1);
    }

    function _within(int256 x, int256 low, int256 high) private pure returns (int256) {
        return low + int256(_between(uint256(x), 0, uint256(high - low)));
    }

    function _near(int256 actual, int256 expected, int256 tolerance) private {
        if (int256(FixedPointMathLib.abs(actual - expected)) > tolerance) {
            emit log_named_int("expected", expected);
            emit log_named_int("actual", actual);
            fail();
        }
    }
}
