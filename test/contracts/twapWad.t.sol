// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {IPriceOracle} from "../../contracts/interfaces/IPriceOracle.sol";
import {twapWad} from "../../contracts/twapWad.sol";
import {KeelTest} from "./fixture/KeelTest.sol";

/// All of a token that is asked for.
contract Decimals {
    uint8 public immutable decimals;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }
}

/// The mean tick and the price it makes; this test is the pool. Real pools: PriceOracle.test.ts.
contract TwapWadTest is KeelTest {
    uint32 private constant WINDOW = 1800;

    address private token0 = address(new Decimals(6));
    address private token1 = address(new Decimals(18));
    int56 private elapsed;
    bool private isYoung;

    function setUp() public {
        while (token0 > token1) token1 = address(new Decimals(18));
    }

    function observe(uint32[] calldata secondsAgos) external view returns (int56[] memory cumulatives, uint160[] memory) {
        require(!isYoung);
        assertEq(secondsAgos[0], WINDOW);
        assertEq(secondsAgos[1], 0);
        cumulatives = new int56[](2);
        (cumulatives[0], cumulatives[1]) = (-123_456, elapsed - 123_456);
        return (cumulatives, new uint160[](2));
    }

    /// One unit of token0 is 1.0001^tick of token1: a whole token of 6 decimals, that over 10^12 of one of 18.
    function _isPrice(int56 elapsed_, uint256 price, uint256 inverse) private {
        elapsed = elapsed_;
        assertEq(this.average(token0, token1), price);
        assertApproxEqRel(this.average(token1, token0), inverse, 1e6);
    }

    function average(address asset, address quote) external view returns (uint256) {
        return twapWad(IUniswapV3Pool(address(this)), WINDOW, asset, quote);
    }

    function test_theMeanTickIsRoundedDown() public {
        _isPrice(0, 1e6, 1e30);
        _isPrice(1799, 1e6, 1e30);
        _isPrice(7 * 1800, 1_000_700, 0.999300279916020995386e30);
        _isPrice(7 * 1800 + 1799, 1_000_700, 0.999300279916020995386e30);
        _isPrice(-7 * 1800, 999_300, 1.000700210035003500210e30);
        _isPrice(-7 * 1800 + 1, 999_300, 1.000700210035003500210e30);
        _isPrice(-7 * 1800 - 1, 999_200, 1.000800280056007000560e30);
        _isPrice(-1, 999_900, 1.0001e30);
    }

    function test_aYoungPoolHasNone() public {
        isYoung = true;
        vm.expectRevert(abi.encodeWithSelector(IPriceOracle.TwapHistoryTooShort.selector, address(this), WINDOW));
        this.average(token0, token1);
    }
}
