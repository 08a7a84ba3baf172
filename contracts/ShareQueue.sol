// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {SafeCastLib} from "solady/src/utils/SafeCastLib.sol";
import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "./interfaces/IERC7540.sol";
import {IShareQueue} from "./interfaces/IShareQueue.sol";
import {IVault} from "./interfaces/IVault.sol";
import {CarryPool, Pool, Stake} from "./queue/CarryPool.sol";

/// @title The vault's shares and the queue for them
/// @notice Holds pending deposits, requested shares and everything struck but not yet claimed; the vault never sees them.
/// All divisions round against the caller. Nothing loops over users.
contract ShareQueue is ERC20, IShareQueue, ERC165, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using SafeCastLib for uint256;
    using CarryPool for Pool;

    struct Request {
        uint64 epoch;
        uint192 amount;
    }

    struct Claim {
        uint128 assets;
        uint128 shares;
    }

    /// Totals of an epoch; `minted` once its deposits are struck, `entry` once its redemptions are.
    struct Epoch {
        uint64 cutoff;
        uint128 deposited;
        uint128 minted;
        uint128 requested;
        Stake entry;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant VIRTUAL_ASSETS = 1;

    IVault public immutable vault;
    IERC20 private immutable _asset;
    uint8 private immutable _decimals;
    uint256 private immutable _virtualShares;
    uint256 private immutable _wadPerUnit;
    uint256 public immutable epochLength;
    uint256 public immutable spreadWad;
    uint256 public immutable minDeposit;

    uint64 private _open = 1;
    uint64 private _struckDeposits;
    uint64 private _struckRedeems;
    /// Price of the last strike: assets for shares, virtual ones included.
    uint128 private _priceAssets;
    uint128 private _priceShares;
    Pool private _pool;
    mapping(uint64 => Epoch) private _epochs;
    mapping(address controller => Request[]) private _depositRequests;
    mapping(address controller => Request[]) private _redeemRequests;
    mapping(address controller => Claim) private _depositClaims;
    mapping(address controller => Claim) private _redeemClaims;
    mapping(address controller => Stake) private _stakes;

    /// @inheritdoc IERC7540Operator
    mapping(address controller => mapping(address operator => bool)) public isOperator;

    constructor(
        IVault vault_,
        IERC20 asset_,
        string memory name,
        string memory symbol,
        uint256 firstCutoff,
        uint256 epochLength_,
        uint256 spreadWad_,
        uint256 minDeposit_
    ) ERC20(name, symbol) {
        if (epochLength_ < 1 hours || epochLength_ > 30 days) revert ParameterOutOfRange("epochLength", epochLength_);
        if (firstCutoff <= block.timestamp) revert ParameterOutOfRange("firstCutoff", firstCutoff);
        if (spreadWad_ > 0.05e18) revert ParameterOutOfRange("spreadWad", spreadWad_);
        if (minDeposit_ == 0) revert ParameterOutOfRange("minDeposit", minDeposit_);
        uint8 assetDecimals = IERC20Metadata(address(asset_)).decimals();
        uint8 offset = assetDecimals < 12 ? 18 - assetDecimals : 6;
        (vault, _asset, _decimals) = (vault_, asset_, assetDecimals + offset);
        (epochLength, spreadWad, minDeposit) = (epochLength_, spreadWad_, minDeposit_);
        _virtualShares = 10 ** offset;
        _wadPerUnit = 10 ** (18 - assetDecimals);
        (_priceAssets, _priceShares) = (uint128(VIRTUAL_ASSETS), uint128(10 ** offset));
        _epochs[1].cutoff = firstCutoff.toUint64();
    }

    // ── Requests ─────────────────────────────────────────────────────────────

    /// @inheritdoc IERC7540Deposit
    function requestDeposit(uint256 assets, address controller, address owner) external nonReentrant returns (uint256) {
        _authorize(owner);
        if (controller == address(0)) revert ZeroAddress();
        if (assets < minDeposit) revert RequestTooSmall(assets, minDeposit);
        uint64 epoch = _roll();
        _settleDeposits(controller);
        _append(_depositRequests[controller], epoch, assets);
        _epochs[epoch].deposited += assets.toUint128();
        _pull(owner, assets);
        emit DepositRequest(controller, owner, 0, msg.sender, assets);
        return 0;
    }

    /// @inheritdoc IERC7540Redeem
    /// @dev A whole balance may be redeemed however small it is.
    function requestRedeem(uint256 shares, address controller, address owner) external nonReentrant returns (uint256) {
        if (msg.sender != owner && !isOperator[owner][msg.sender]) _spendAllowance(owner, msg.sender, shares);
        if (controller == address(0)) revert ZeroAddress();
        uint256 least = minDeposit * _virtualShares;
        if (shares == 0 || (shares < least && shares != balanceOf(owner))) revert RequestTooSmall(shares, least);
        uint64 epoch = _roll();
        _settleRedeems(controller);
        _append(_redeemRequests[controller], epoch, shares);
        _epochs[epoch].requested += shares.toUint128();
        _transfer(owner, address(this), shares);
        emit RedeemRequest(controller, owner, 0, msg.sender, shares);
        return 0;
    }

    /// @inheritdoc IERC7540Operator
    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    // ── Claims ───────────────────────────────────────────────────────────────

    /// @inheritdoc IERC7575
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        return deposit(assets, receiver, msg.sender);
    }

    /// @inheritdoc IERC7540Deposit
    function deposit(uint256 assets, address receiver, address controller) public nonReentrant returns (uint256 shares) {
        _authorize(controller);
        Claim storage claim = _settleDeposits(controller);
        shares = _otherSideDown(assets, claim.assets, claim.shares);
        _takeShares(claim, assets, shares, receiver, controller);
    }

    /// @inheritdoc IERC7575
    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        return mint(shares, receiver, msg.sender);
    }

    /// @inheritdoc IERC7540Deposit
    function mint(uint256 shares, address receiver, address controller) public nonReentrant returns (uint256 assets) {
        _authorize(controller);
        Claim storage claim = _settleDeposits(controller);
        assets = _otherSideUp(shares, claim.shares, claim.assets);
        _takeShares(claim, assets, shares, receiver, controller);
    }

    /// @inheritdoc IERC7575
    function redeem(uint256 shares, address receiver, address controller) external nonReentrant returns (uint256 assets) {
        _authorize(controller);
        Claim storage claim = _settleRedeems(controller);
        assets = _otherSideDown(shares, claim.shares, claim.assets);
        _takeAssets(claim, assets, shares, receiver, controller);
    }

    /// @inheritdoc IERC7575
    function withdraw(uint256 assets, address receiver, address controller) external nonReentrant returns (uint256 shares) {
        _authorize(controller);
        Claim storage claim = _settleRedeems(controller);
        shares = _otherSideUp(assets, claim.assets, claim.shares);
        _takeAssets(claim, assets, shares, receiver, controller);
    }

    // ── Strike ───────────────────────────────────────────────────────────────

    /// @inheritdoc IShareQueue
    function strike() external nonReentrant {
        uint64 open = _roll();
        uint64 depositEpoch = _struckDeposits + 1;
        uint64 redeemEpoch = _struckRedeems + 1;
        if (depositEpoch >= open || vault.paused()) depositEpoch = 0;
        if (redeemEpoch >= open) redeemEpoch = 0;
        if (depositEpoch == 0 && redeemEpoch == 0) revert EpochOpen(open, _epochs[open].cutoff);

        uint256 notBefore = uint256(_epochs[depositEpoch].cutoff).max(_epochs[redeemEpoch].cutoff);
        int256 equityWad = vault.strictEquity(notBefore);
        uint256 supply = totalSupply();
        if (equityWad < 0 || (equityWad == 0 && supply != 0)) revert NotSolvent(equityWad);
        uint256 assets = uint256(equityWad) / _wadPerUnit;
        (_priceAssets, _priceShares) = ((assets + VIRTUAL_ASSETS).toUint128(), (supply + _virtualShares).toUint128());

        (uint256 deposited, uint256 minted) = depositEpoch == 0 ? (0, 0) : _strikeDeposits(depositEpoch);
        (uint256 paid, uint256 burned) = redeemEpoch == 0 ? (0, 0) : _strikeRedeems(redeemEpoch);
        emit Struck(depositEpoch, redeemEpoch, assets, supply, deposited, minted, paid, burned);
    }

    function _strikeDeposits(uint64 id) private returns (uint256 deposited, uint256 minted) {
        _struckDeposits = id;
        Epoch storage epoch = _epochs[id];
        deposited = epoch.deposited;
        if (deposited == 0) return (0, 0);
        minted = deposited.fullMulDiv(_priceShares, _priceAssets).mulWad(WAD - spreadWad);
        epoch.minted = minted.toUint128();
        _mint(address(this), minted);
        _asset.forceApprove(address(vault), deposited);
        vault.takeIn(deposited);
    }

    /// @dev The epoch's shares join those carried over, then all are paid the same fraction.
    function _strikeRedeems(uint64 id) private returns (uint256 paid, uint256 burned) {
        _struckRedeems = id;
        Epoch storage epoch = _epochs[id];
        epoch.entry = _pool.enter(epoch.requested);
        uint256 waiting = _pool.shares;
        if (waiting == 0) return (0, 0);
        uint256 due = waiting.fullMulDiv(_priceAssets, _priceShares).mulWad(WAD - spreadWad);
        paid = due.min(vault.freeLiquidity());
        burned = paid == due ? waiting : waiting.fullMulDivUp(paid, due);
        if (burned == 0) return (0, 0);
        _pool.pay(burned, paid);
        _burn(address(this), burned);
        if (paid != 0) vault.payOut(paid);
    }

    /// @dev Closes the open epoch if its cutoff has passed.
    /// @return the epoch that requests join now
    function _roll() private returns (uint64) {
        uint256 cutoff = _epochs[_open].cutoff;
        if (block.timestamp < cutoff) return _open;
        _epochs[++_open].cutoff = _nextCutoff(cutoff).toUint64();
        return _open;
    }

    function _nextCutoff(uint256 cutoff) private view returns (uint256) {
        return cutoff + ((block.timestamp - cutoff) / epochLength + 1) * epochLength;
    }

    // ── Views ────────────────────────────────────────────────────────────────

    /// @inheritdoc IERC7540Deposit
    function pendingDepositRequest(uint256 requestId, address controller) external view returns (uint256 assets) {
        if (requestId == 0) (assets,) = _readDeposits(controller);
    }

    /// @inheritdoc IERC7540Deposit
    function claimableDepositRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId == 0 ? maxDeposit(controller) : 0;
    }

    /// @inheritdoc IERC7540Redeem
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares) {
        if (requestId != 0) return 0;
        (uint256 queued, uint256 carried,) = _readRedeems(controller);
        return queued + carried;
    }

    /// @inheritdoc IERC7540Redeem
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId == 0 ? maxRedeem(controller) : 0;
    }

    /// @inheritdoc IERC7575
    function maxDeposit(address controller) public view returns (uint256) {
        (, Claim memory claim) = _readDeposits(controller);
        return claim.assets;
    }

    /// @inheritdoc IERC7575
    function maxMint(address controller) external view returns (uint256) {
        (, Claim memory claim) = _readDeposits(controller);
        return claim.shares;
    }

    /// @inheritdoc IERC7575
    function maxRedeem(address controller) public view returns (uint256) {
        (,, Claim memory claim) = _readRedeems(controller);
        return claim.shares;
    }

    /// @inheritdoc IERC7575
    function maxWithdraw(address controller) external view returns (uint256) {
        (,, Claim memory claim) = _readRedeems(controller);
        return claim.assets;
    }

    /// @inheritdoc IERC7575
    function previewDeposit(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function previewMint(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function previewRedeem(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function convertToAssets(uint256 shares) public view returns (uint256) {
        return shares.fullMulDiv(_priceAssets, _priceShares);
    }

    /// @inheritdoc IERC7575
    function convertToShares(uint256 assets) external view returns (uint256) {
        return assets.fullMulDiv(_priceShares, _priceAssets);
    }

    /// @inheritdoc IERC7575
    function totalAssets() external view returns (uint256) {
        return convertToAssets(totalSupply());
    }

    /// @inheritdoc IERC7575
    function asset() external view returns (address) {
        return address(_asset);
    }

    /// @inheritdoc IERC7575
    function share() external view returns (address) {
        return address(this);
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /// @inheritdoc IShareQueue
    function openEpoch() external view returns (uint64 epoch, uint256 cutoff) {
        (epoch, cutoff) = (_open, _epochs[_open].cutoff);
        if (block.timestamp >= cutoff) return (epoch + 1, _nextCutoff(cutoff));
    }

    /// @inheritdoc IShareQueue
    function struck() external view returns (uint64 deposits, uint64 redemptions) {
        return (_struckDeposits, _struckRedeems);
    }

    /// @inheritdoc IShareQueue
    function carriedShares() external view returns (uint256) {
        return _pool.shares;
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IERC7540Operator).interfaceId || id == type(IERC7540Deposit).interfaceId
            || id == type(IERC7540Redeem).interfaceId || id == type(IERC7575).interfaceId || super.supportsInterface(id);
    }

    // ── A controller's requests ──────────────────────────────────────────────

    function _readDeposits(address controller) private view returns (uint256 pending, Claim memory claim) {
        claim = _depositClaims[controller];
        Request[] storage requests = _depositRequests[controller];
        for (uint256 i; i < requests.length; ++i) {
            Request memory request = requests[i];
            if (request.epoch > _struckDeposits) {
                pending += request.amount;
                continue;
            }
            Epoch storage epoch = _epochs[request.epoch];
            claim.assets += uint128(request.amount);
            claim.shares += uint256(request.amount).fullMulDiv(epoch.minted, epoch.deposited).toUint128();
        }
    }

    /// @return queued shares whose epoch is not struck
    /// @return carried shares whose epoch is struck but which wait for liquidity
    function _readRedeems(address controller) private view returns (uint256 queued, uint256 carried, Claim memory claim) {
        claim = _redeemClaims[controller];
        carried = _readStake(_stakes[controller], claim);
        Request[] storage requests = _redeemRequests[controller];
        for (uint256 i; i < requests.length; ++i) {
            Request memory request = requests[i];
            if (request.epoch > _struckRedeems) {
                queued += request.amount;
                continue;
            }
            Stake memory stake = _epochs[request.epoch].entry;
            stake.shares = request.amount;
            carried += _readStake(stake, claim);
        }
    }

    /// @dev Adds to the claim what the stake was paid.
    function _readStake(Stake memory stake, Claim memory claim) private view returns (uint256 unpaid) {
        uint256 assets;
        (unpaid, assets) = _pool.read(stake);
        claim.assets += assets.toUint128();
        claim.shares += (stake.shares - unpaid).toUint128();
    }

    function _settleDeposits(address controller) private returns (Claim storage claim) {
        claim = _depositClaims[controller];
        (, _depositClaims[controller]) = _readDeposits(controller);
        _dropStruck(_depositRequests[controller], _struckDeposits);
    }

    function _settleRedeems(address controller) private returns (Claim storage claim) {
        claim = _redeemClaims[controller];
        uint256 carried;
        (, carried, _redeemClaims[controller]) = _readRedeems(controller);
        _stakes[controller] = _pool.restake(carried);
        _dropStruck(_redeemRequests[controller], _struckRedeems);
    }

    /// @dev Requests are in order of epoch. Only unstruck epochs stay, so the list is as short as strikes are prompt.
    function _dropStruck(Request[] storage requests, uint64 struck_) private {
        uint256 length = requests.length;
        uint256 first;
        while (first < length && requests[first].epoch <= struck_) ++first;
        if (first == 0) return;
        for (uint256 i = first; i < length; ++i) {
            requests[i - first] = requests[i];
        }
        for (uint256 i; i < first; ++i) {
            requests.pop();
        }
    }

    function _append(Request[] storage requests, uint64 epoch, uint256 amount) private {
        uint256 length = requests.length;
        if (length != 0 && requests[length - 1].epoch == epoch) {
            requests[length - 1].amount += amount.toUint192();
        } else {
            requests.push(Request(epoch, amount.toUint192()));
        }
    }

    // ── Transfers ────────────────────────────────────────────────────────────

    function _takeShares(Claim storage claim, uint256 assets, uint256 shares, address receiver, address controller) private {
        _reduce(claim, assets, shares);
        _transfer(address(this), receiver, shares);
        emit Deposit(controller, receiver, assets, shares);
    }

    function _takeAssets(Claim storage claim, uint256 assets, uint256 shares, address receiver, address controller) private {
        _reduce(claim, assets, shares);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        _asset.safeTransfer(receiver, assets);
    }

    function _reduce(Claim storage claim, uint256 assets, uint256 shares) private {
        if (assets > claim.assets) revert ExceedsClaimable(assets, claim.assets);
        if (shares > claim.shares) revert ExceedsClaimable(shares, claim.shares);
        claim.assets -= uint128(assets);
        claim.shares -= uint128(shares);
    }

    /// @dev A token that takes a fee is refused.
    function _pull(address owner, uint256 assets) private {
        uint256 before = _asset.balanceOf(address(this));
        _asset.safeTransferFrom(owner, address(this), assets);
        uint256 received = _asset.balanceOf(address(this)) - before;
        if (received != assets) revert TransferMismatch(received, assets);
    }

    function _authorize(address owner) private view {
        if (msg.sender != owner && !isOperator[owner][msg.sender]) revert NotAuthorized(msg.sender, owner);
    }

    function _otherSideDown(uint256 part, uint256 whole, uint256 other) private pure returns (uint256) {
        if (part > whole) revert ExceedsClaimable(part, whole);
        return whole == 0 ? 0 : part.fullMulDiv(other, whole);
    }

    function _otherSideUp(uint256 part, uint256 whole, uint256 other) private pure returns (uint256) {
        if (part > whole) revert ExceedsClaimable(part, whole);
        return whole == 0 ? 0 : part.fullMulDivUp(other, whole);
    }
}
