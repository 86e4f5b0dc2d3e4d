//! What a token is limited to besides its methods: checked, compared, stored.

use sqlx::AnyConnection;

use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::networks::Networks;
use keyrack_core::store::Tx;
use keyrack_types::bounds::counts::ENVIRONMENTS;
use keyrack_types::bounds::tokens::RATE_LIMIT;
use keyrack_types::environment_name;
use keyrack_types::ids::{AccountId, EnvironmentId, TokenId};
use keyrack_types::token_limits::{Environments, TokenLimits};

keyrack_core::store::row! {
    /// An environment that a token is limited to.
    struct Reached {
        id: EnvironmentId,
        name: String,
    }
}

/// What shall be different; `None` leaves a limit as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitsChange {
    /// Named by short name, domain or appid.
    pub environments: Option<Environments>,
    pub may_create: Option<bool>,
    pub networks: Option<Vec<String>>,
    /// 0 = none.
    pub rate_limit: Option<u32>,
    pub allow_in_url: Option<bool>,
    pub freeze_on_reuse: Option<bool>,
}

impl From<TokenLimits> for LimitsChange {
    fn from(limits: TokenLimits) -> LimitsChange {
        LimitsChange {
            environments: Some(limits.environments),
            may_create: Some(limits.may_create),
            networks: Some(limits.networks),
            rate_limit: Some(limits.rate_limit),
            allow_in_url: Some(limits.allow_in_url),
            freeze_on_reuse: Some(limits.freeze_on_reuse),
        }
    }
}

/// Limits that can be stored: networks in one form, environments that there are.
#[derive(Clone, Debug, Default)]
pub(super) struct CheckedLimits {
    pub limits: TokenLimits,
    networks: Option<Networks>,
    environments: Vec<EnvironmentId>,
}

/// Checks limits, those that are changed against those that are there.
///
/// # Errors
/// [`Error::Invalid`] naming the field, and what would be right.
pub(super) async fn check(
    connection: &mut AnyConnection,
    account: AccountId,
    before: &TokenLimits,
    change: &LimitsChange,
) -> Result<CheckedLimits> {
    let written = change.networks.as_ref().unwrap_or(&before.networks);
    let networks = Networks::read(written.iter().map(String::as_str))
        .map_err(|error| Error::invalid(field::Token::Networks, error.to_string()))?;
    let rate_limit = change.rate_limit.unwrap_or(before.rate_limit);
    if rate_limit > RATE_LIMIT {
        let why = format!("at most {RATE_LIMIT} calls a minute can be set; 0 sets no limit");
        return Err(Error::invalid(field::Token::RateLimit, why));
    }
    let wanted = change.environments.as_ref().unwrap_or(&before.environments);
    let (environments, ids) = match wanted {
        Environments::All => (Environments::All, Vec::new()),
        Environments::Chosen(names) => {
            let (names, ids) = find(connection, account, names).await?;
            (Environments::Chosen(names), ids)
        }
    };
    let may_create = change.may_create.unwrap_or(before.may_create) && environments != Environments::All;
    let limits = TokenLimits {
        environments,
        may_create,
        networks: networks.as_ref().map(Networks::written).unwrap_or_default(),
        rate_limit,
        allow_in_url: change.allow_in_url.unwrap_or(before.allow_in_url),
        freeze_on_reuse: change.freeze_on_reuse.unwrap_or(before.freeze_on_reuse),
    };
    Ok(CheckedLimits { limits, networks, environments: ids })
}

/// The environments of an account that are named so, by name.
async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    written: &[String],
) -> Result<(Vec<String>, Vec<EnvironmentId>)> {
    if written.len() > usize::try_from(ENVIRONMENTS).unwrap_or(usize::MAX) {
        return Err(Error::invalid(
            field::Token::Environments,
            format!("at most {ENVIRONMENTS} environments can be named"),
        ));
    }
    let mut found: Vec<Reached> = Vec::with_capacity(written.len());
    for name in written {
        let reached = sqlx::query_as::<_, Reached>(
            "SELECT id, name FROM environments WHERE account_id = $1 AND wanted <> 'deleted' AND (name = $2 OR appid = $2)",
        )
        .bind(account.0)
        .bind(environment_name::key(name))
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(|| {
            let name: String = name.trim().chars().take(100).collect();
            let why = format!("there is no environment “{name}”: name those of this account, or * for all of them");
            Error::invalid(field::Token::Environments, why)
        })?;
        if !found.iter().any(|one| one.id == reached.id) {
            found.push(reached);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found.into_iter().map(|one| (one.name, one.id)).unzip())
}

/// Writes the limits of a token in place of those that were there.
pub(super) async fn store(tx: &mut Tx, token: TokenId, checked: &CheckedLimits) -> Result<()> {
    let limits = &checked.limits;
    sqlx::query(
        "UPDATE tokens SET reach = $1, may_create = $2, networks = $3, rate_limit = $4, allow_in_url = $5, freeze_on_reuse = $6 \
         WHERE id = $7",
    )
    .bind(if limits.environments == Environments::All { "all" } else { "chosen" })
    .bind(i64::from(limits.may_create))
    .bind(checked.networks.as_ref().map(ToString::to_string))
    .bind((limits.rate_limit > 0).then(|| i64::from(limits.rate_limit)))
    .bind(i64::from(limits.allow_in_url))
    .bind(i64::from(limits.freeze_on_reuse))
    .bind(token.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query("DELETE FROM token_environments WHERE token_id = $1").bind(token.0).execute(&mut **tx).await?;
    for environment in &checked.environments {
        sqlx::query("INSERT INTO token_environments (token_id, environment_id) VALUES ($1, $2)")
            .bind(token.0)
            .bind(environment.0)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Whether limits leave more open than those before.
pub(super) fn widen(before: &TokenLimits, after: &TokenLimits) -> bool {
    let networks = |limits: &TokenLimits| Networks::read(limits.networks.iter().map(String::as_str)).ok().flatten();
    let reach = match (&before.environments, &after.environments) {
        (Environments::All, _) => false,
        (Environments::Chosen(_), Environments::All) => true,
        (Environments::Chosen(before), Environments::Chosen(after)) => after.iter().any(|name| !before.contains(name)),
    };
    let creates = before.environments != Environments::All && after.may_create && !before.may_create;
    let from_more = match (networks(before), networks(after)) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(before), Some(after)) => !before.cover(&after),
    };
    let more_often = before.rate_limit > 0 && (after.rate_limit == 0 || after.rate_limit > before.rate_limit);
    let in_url = after.allow_in_url && !before.allow_in_url;
    let unfrozen = before.freeze_on_reuse && !after.freeze_on_reuse;
    reach || creates || from_more || more_often || in_url || unfrozen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every mixture of a few limits of each kind.
    fn mixtures() -> Vec<TokenLimits> {
        let chosen = |names: &[&str]| Environments::Chosen(names.iter().map(ToString::to_string).collect());
        let reaches = [Environments::All, chosen(&[]), chosen(&["a"]), chosen(&["a", "b"])];
        let networks: [&[&str]; 4] = [&[], &["10.0.0.0/8"], &["10.1.0.0/16"], &["10.0.0.0/8", "192.0.2.1"]];
        let mut mixtures = Vec::new();
        for environments in &reaches {
            for networks in networks {
                for rate_limit in [0, 5, 10] {
                    for allow_in_url in [true, false] {
                        mixtures.push(TokenLimits {
                            environments: environments.clone(),
                            networks: networks.iter().map(ToString::to_string).collect(),
                            rate_limit,
                            allow_in_url,
                            ..TokenLimits::default()
                        });
                    }
                }
            }
        }
        mixtures
    }

    /// What limits leave open: environments, addresses, calls a minute, URLs.
    fn open(limits: &TokenLimits) -> (Vec<&'static str>, Vec<&'static str>, u32, bool) {
        let environments = ["a", "b", "c"].into_iter().filter(|name| match &limits.environments {
            Environments::All => true,
            Environments::Chosen(names) => names.iter().any(|one| one == name),
        });
        let networks = Networks::read(limits.networks.iter().map(String::as_str)).unwrap();
        let addresses = ["10.0.0.1", "10.1.0.1", "192.0.2.1", "::1"].into_iter();
        let addresses = addresses
            .filter(|address| networks.as_ref().is_none_or(|networks| networks.contains(address.parse().unwrap())));
        let rate = if limits.rate_limit == 0 { u32::MAX } else { limits.rate_limit };
        (environments.collect(), addresses.collect(), rate, limits.allow_in_url)
    }

    #[test]
    fn what_does_not_widen_leaves_nothing_open_that_was_closed() {
        let all = mixtures();
        for before in &all {
            for after in &all {
                let (was, is) = (open(before), open(after));
                let more = is.0.iter().any(|one| !was.0.contains(one))
                    || is.1.iter().any(|one| !was.1.contains(one))
                    || is.2 > was.2
                    || (is.3 && !was.3);
                assert!(!more || widen(before, after), "{before:?} → {after:?}");
            }
            assert!(!widen(before, before));
        }
    }
}
