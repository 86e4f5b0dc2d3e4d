//! Who a request turned out to be, and what it may do.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::denied::Denied;
use crate::error::{Credential, Error, Result};
use crate::limits::{Limits, Overlap, Reach};
use crate::methods::{MethodBits, MethodId};
use crate::usage::UsageSlot;
use keyrack_types::accounts::Role;
use keyrack_types::ids::{AccountId, SessionId, TokenId, UserId};

pub use crate::client::Client;

/// A known caller. Made only by checking a credential; cached, so it holds nothing that grows with the account.
#[derive(Debug)]
pub struct Caller {
    pub user: UserId,
    pub email: String,
    pub account: AccountId,
    pub role: Role,
    pub credential: CallerCredential,
    /// Who made the token's secret, which may be another member than its owner.
    pub secret_by: Option<UserId>,
    /// The number of the token's secret.
    pub secret: Option<i64>,
    /// What it may call.
    pub may: MethodBits,
    /// When the credential ends by itself.
    pub expires: Option<DateTime<Utc>>,
    /// What the token is limited to besides its methods, for the few that are.
    pub limits: Option<Arc<Limits>>,
    /// Where its use is noted.
    pub usage: Arc<UsageSlot>,
}

/// What a caller proved itself with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerCredential {
    /// A token's secret.
    Token(TokenId),
    /// A session.
    Session {
        id: SessionId,
        /// Opened in a browser (a cookie) rather than by an API Signin.
        browser: bool,
        /// The Extended Access token that opened it instead of a password.
        by_token: Option<TokenId>,
    },
    /// The server itself, running a task of the user.
    Task {
        id: i64,
        /// The token that made the task, when one did.
        by_token: Option<TokenId>,
    },
}

/// What an operation needs the caller to be allowed, apart from the single method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See the account's environments and shared tokens.
    See,
    /// Change environments.
    Operate,
    /// Change one's own name, password and second factors. No token may, nor a session that a token opened.
    ManageSelf,
    /// Create tokens, and change and remove one's own and those shared with the account. No token may, nor a session
    /// that a token opened.
    ManageTokens,
    /// Also the private tokens of other members.
    ManageAllTokens,
    /// Invite, change and remove members. No token may.
    ManageMembers,
    /// Read the audit log.
    ReadAudit,
}

impl Caller {
    /// Whether it may call this method.
    pub fn may_call(&self, method: MethodId) -> bool {
        self.may.contains(method)
    }

    /// The same caller with another role.
    pub fn with_role(&self, role: Role, may: MethodBits) -> Caller {
        Caller {
            user: self.user,
            email: self.email.clone(),
            account: self.account,
            role,
            credential: self.credential,
            secret_by: self.secret_by,
            secret: self.secret,
            may,
            expires: self.expires,
            limits: self.limits.clone(),
            usage: self.usage.clone(),
        }
    }

    /// Whether it proved itself with a token, now or when its session was opened.
    pub fn by_token(&self) -> Option<TokenId> {
        match self.credential {
            CallerCredential::Token(id) => Some(id),
            CallerCredential::Session { by_token, .. } | CallerCredential::Task { by_token, .. } => by_token,
        }
    }

    /// Notes that it calls, and from where.
    pub fn note_use(&self, now: DateTime<Utc>, client: &Client) {
        self.usage.record(now, client);
        if let Some(Limits { secret: Some(secret), .. }) = self.limits.as_deref() {
            secret.usage.record(now, client);
        }
    }

    /// When its secret retires, where it was replaced and is accepted for a while all the same.
    pub fn overlap(&self) -> Option<Overlap> {
        self.limits.as_deref()?.secret.as_ref()?.overlap
    }

    /// The environments that it is limited to, as they were when it was looked up: which ones it opens now, the statements that read
    /// environments decide.
    pub fn reach(&self) -> Option<&Reach> {
        self.limits.as_deref()?.reach.as_ref()
    }

    /// Lets the caller go on only when it is not limited to some environments: what it asks for acts on the account.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn require_account(&self) -> Result<()> {
        if self.reach().is_some() { Err(Error::Denied(Denied::Reach)) } else { Ok(()) }
    }

    /// Lets the caller go on only when it may create environments.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn require_creation(&self) -> Result<()> {
        if self.reach().is_some_and(|reach| !reach.may_create) { Err(Error::Denied(Denied::Reach)) } else { Ok(()) }
    }

    /// Counts a call that it was allowed. Of people's sessions only the last use is kept.
    pub fn count_call(&self, method: MethodId) {
        if let CallerCredential::Token(_) = self.credential {
            self.usage.count(method);
        }
    }

    /// The session it is, if it is one.
    pub fn session(&self) -> Option<SessionId> {
        match self.credential {
            CallerCredential::Session { id, .. } => Some(id),
            CallerCredential::Token(_) | CallerCredential::Task { .. } => None,
        }
    }

    /// Lets the caller go on only when it has the right.
    ///
    /// # Errors
    /// [`Error::Forbidden`], saying what is missing.
    pub fn require(&self, right: Right) -> Result<()> {
        let (least, tokens_too) = match right {
            Right::See => (Role::Viewer, true),
            Right::Operate => (Role::Manager, true),
            Right::ManageSelf => (Role::Viewer, false),
            Right::ManageTokens => (Role::Manager, false),
            Right::ManageMembers => (Role::Owner, false),
            Right::ReadAudit => (Role::Manager, true),
            Right::ManageAllTokens => (Role::Owner, false),
        };
        let by_itself = self.by_token().is_some() || matches!(self.credential, CallerCredential::Task { .. });
        if !tokens_too && by_itself {
            return Err(Error::Forbidden(
                "a token cannot manage tokens, passwords, second factors or members: sign in with your password".into(),
            ));
        }
        if self.role < least {
            return Err(Error::Forbidden(
                format!("your role here is {}; this needs {}", self.role.name(), least.name()).into(),
            ));
        }
        Ok(())
    }

    /// Lets the caller go on only while its credential has not ended: the moment of its end is the first at which it is refused.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] that says which end it was.
    pub fn check_alive(&self, now: DateTime<Utc>) -> Result<()> {
        if let Some(Overlap { replaced, retires }) = self.overlap()
            && retires <= now
        {
            return Err(Error::NotAuthenticated(Credential::Replaced(replaced)));
        }
        match self.expires {
            Some(end) if end <= now => Err(Error::NotAuthenticated(match self.credential {
                CallerCredential::Token(_) | CallerCredential::Task { .. } => Credential::Expired,
                CallerCredential::Session { .. } => Credential::Ended,
            })),
            _ => Ok(()),
        }
    }
}
