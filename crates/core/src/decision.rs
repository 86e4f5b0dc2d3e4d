//! May this call happen? The one place that answers it, for every door: calls, sign-ins by a token, pages of such a session, calls
//! that another server forwards, tasks, manifests.
//!
//! The rules are asked in their order, and the first that is broken decides. A caller without limits pays one branch for those
//! that only some tokens have.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::caller::Caller;
use crate::core::Core;
use crate::denied::Denied;
use crate::error::{Error, Result};
use crate::limits::{Limits, Rate};
use crate::methods::{ActsOn, Catalog, MethodId};
use crate::rate::{Admission, Quota};
use crate::store::Dialect;

/// The rules, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The credential has not ended.
    Credential,
    /// It did not come in an address, where the token forbids that.
    Url,
    /// The call comes from a network of the token.
    Network,
    /// The token has not called too often.
    Rate,
    /// Role and token open the method.
    Method,
    /// The method does not act on more than the token's environments.
    Reach,
}

impl Rule {
    /// All of them, in their order.
    pub const ALL: [Rule; 6] = [Rule::Credential, Rule::Url, Rule::Network, Rule::Rate, Rule::Method, Rule::Reach];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Credential => "credential",
            Rule::Url => "url",
            Rule::Network => "network",
            Rule::Rate => "rate",
            Rule::Method => "method",
            Rule::Reach => "reach",
        }
    }

    /// The platform's code for a call of a token that breaks it. (A person's role that does not open a method is 8.)
    pub const fn code(self) -> i64 {
        match self {
            Rule::Credential | Rule::Url => 702,
            Rule::Network => 8,
            Rule::Rate => 1,
            Rule::Method | Rule::Reach => 8202,
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The method; none for a page and for a sign-in, which are no methods.
    pub method: Option<MethodId>,
    /// The address that the server saw; none for what the server begins by itself, which comes from no network.
    pub address: Option<IpAddr>,
    /// Whether the credential came in an address.
    pub in_url: bool,
    /// Whether the call counts for the token's rate. One that was counted before, when it came in at another server or before
    /// its file, does not count again.
    pub counts: bool,
}

impl Asked {
    /// A call of a method by a client at this address.
    pub fn call(method: MethodId, address: IpAddr) -> Asked {
        Asked { method: Some(method), address: Some(address), in_url: false, counts: true }
    }
}

/// The answer, and how the rate of the token stands after it, for tokens that have one and passed the rules before it.
#[derive(Debug)]
pub struct Decision {
    pub outcome: Result<(), (Rule, Error)>,
    pub quota: Option<Quota>,
}

impl Decision {
    /// The error of the rule that decided.
    ///
    /// # Errors
    /// When one was broken.
    pub fn into_result(self) -> Result<()> {
        self.outcome.map_err(|(_, error)| error)
    }
}

/// What one rule says of a call.
#[derive(Debug)]
pub struct Check {
    pub rule: Rule,
    /// Why it is broken, where it is.
    pub broken: Option<Error>,
}

impl Core {
    /// Decides whether a call may happen, and counts it for the token's rate.
    pub async fn decide(&self, caller: &Caller, asked: Asked) -> Decision {
        let now = self.world.now();
        let mut quota = None;
        for rule in [Rule::Credential, Rule::Url, Rule::Network] {
            if let Err(error) = check(&self.catalog, caller, &asked, rule, now) {
                return Decision { outcome: Err((rule, error)), quota };
            }
        }
        if let Some(Limits { rate: Some(rate), .. }) = caller.limits.as_deref() {
            let taken = if asked.counts {
                self.take(caller, rate, now).await
            } else {
                Ok(Admission::Admitted(self.look(rate, now)))
            };
            let outcome = match taken {
                Ok(Admission::Admitted(stands)) => {
                    quota = Some(stands);
                    Ok(())
                }
                Ok(Admission::Refused(stands)) => {
                    quota = Some(stands);
                    Err(Error::Denied(Denied::Rate { limit: rate.limit, wait: stands.reset }))
                }
                Ok(Admission::NeedsGrant) => Err(Error::Unavailable),
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                return Decision { outcome: Err((Rule::Rate, error)), quota };
            }
        }
        for rule in [Rule::Method, Rule::Reach] {
            if let Err(error) = check(&self.catalog, caller, &asked, rule, now) {
                return Decision { outcome: Err((rule, error)), quota };
            }
        }
        Decision { outcome: Ok(()), quota }
    }

    /// What every rule says of a call, in their order. Nothing is counted.
    pub fn explain(&self, caller: &Caller, asked: Asked) -> Vec<Check> {
        let now = self.world.now();
        let said = |rule| match rule {
            Rule::Rate => match caller.limits.as_deref().and_then(|limits| limits.rate.as_ref()) {
                Some(rate) => {
                    let Quota { remaining, reset, limit } = self.look(rate, now);
                    if remaining > 0 { Ok(()) } else { Err(Error::Denied(Denied::Rate { limit, wait: reset })) }
                }
                None => Ok(()),
            },
            rule => check(&self.catalog, caller, &asked, rule, now),
        };
        Rule::ALL.into_iter().map(|rule| Check { rule, broken: said(rule).err() }).collect()
    }

    fn shares_rates(&self) -> bool {
        self.store.dialect() == Dialect::Postgres
    }

    fn look(&self, rate: &Rate, now: DateTime<Utc>) -> Quota {
        let now = now.timestamp_millis();
        if self.shares_rates() { rate.window.look_granted(now, rate.limit) } else { rate.window.look(now, rate.limit) }
    }

    async fn take(&self, caller: &Caller, rate: &Rate, now: DateTime<Utc>) -> Result<Admission> {
        let now = now.timestamp_millis();
        if !self.shares_rates() {
            return Ok(rate.window.take(now, rate.limit));
        }
        let taken = rate.window.take_granted(now, rate.limit);
        match (taken, caller.by_token()) {
            (Admission::NeedsGrant, Some(token)) => self.ask_for_calls(caller.account, token, rate).await,
            (taken, _) => Ok(taken),
        }
    }
}

/// Asks one rule that counts nothing.
fn check(catalog: &Catalog, caller: &Caller, asked: &Asked, rule: Rule, now: DateTime<Utc>) -> Result<()> {
    let limits = caller.limits.as_deref();
    let denied = match rule {
        Rule::Credential => return caller.check_alive(now),
        Rule::Url if limits.is_some_and(|limits| asked.in_url && !limits.allow_in_url) => Denied::InUrl,
        Rule::Network => match (limits.and_then(|limits| limits.networks.as_ref()), asked.address) {
            (Some(networks), Some(address)) if !networks.contains(address) => Denied::Network(address),
            _ => return Ok(()),
        },
        Rule::Method => match asked.method {
            Some(method) if !caller.may_call(method) => {
                let name = catalog.entry(method).info.name.clone();
                if caller.by_token().is_some() { Denied::NotTicked(name) } else { Denied::Role(name) }
            }
            _ => return Ok(()),
        },
        Rule::Reach => match (limits.and_then(|limits| limits.reach.as_ref()), asked.method) {
            (Some(reach), Some(method)) => match catalog.entry(method).acts_on {
                ActsOn::Account => Denied::Reach,
                ActsOn::NewEnvironment if !reach.may_create => Denied::Reach,
                ActsOn::NewEnvironment | ActsOn::Environment | ActsOn::List | ActsOn::Caller => return Ok(()),
            },
            _ => return Ok(()),
        },
        Rule::Url | Rule::Rate => return Ok(()),
    };
    Err(Error::Denied(denied))
}
