//! Members of an account as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{accounts::Role, tokens::NewSecret};

/// Everything the Members page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberList {
    pub members: Vec<MemberView>,
    pub invitations: Vec<InvitationView>,
    /// Whether the viewer may invite, change and remove.
    pub may_manage: bool,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    pub user_id: i64,
    pub email: String,
    pub name: String,
    pub role: Role,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: DateTime<Utc>,
    /// Whether it is the viewer.
    pub me: bool,
    pub second_factor: bool,
    /// How many tokens of the account are theirs.
    pub tokens: u32,
}

/// An invitation that was not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    pub id: i64,
    pub email: String,
    pub role: Role,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub expires: DateTime<Utc>,
    pub expired: bool,
}

/// What an invitation's link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationOffer {
    pub email: String,
    pub account: String,
    pub role: Role,
    /// Whether the invited address has a user already, who only has to sign in.
    pub known_user: bool,
}

/// An account that a user is a member of, for the switch in the top bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChoice {
    pub id: i64,
    pub name: String,
    pub role: Role,
    pub current: bool,
}

/// What becomes of a token whose owner leaves the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenDisposition {
    /// To the member who removes, with a new secret.
    Transfer,
    /// Stays, shared with the account and owned by the member who removes; its secret goes on opening what it opened. Not for a
    /// token that signs in.
    KeepShared,
    /// Removed.
    Revoke,
}

/// An invitation that was just made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLink {
    pub email: String,
    /// Works once; shown once.
    pub link: String,
    /// Whether it was mailed too.
    pub mailed: bool,
    /// The members and invitations with it.
    pub list: MemberList,
}

impl std::fmt::Debug for InvitationLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationLink").field("email", &self.email).finish_non_exhaustive()
    }
}

/// What removing a member came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRemoved {
    /// Of the tokens that were transferred; shown once.
    pub secrets: Vec<NewSecret>,
    /// The members that remain.
    pub list: MemberList,
}
