//! Who is viewing a page.

use keyrack_domain::{
    Keyrack,
    caller::Caller,
    types::{accounts::Profile, members::AccountChoice},
};

/// The signed-in person, as the frame of a page shows it.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub profile: Profile,
    /// All accounts that the person is a member of.
    pub accounts: Vec<AccountChoice>,
    /// Number of unread notices.
    pub unread: i64,
}

impl Viewer {
    /// Looks the caller up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(keyrack: &Keyrack, caller: &Caller) -> Result<Viewer, keyrack_domain::Error> {
        Ok(Viewer {
            profile: keyrack.accounts.profile(caller).await?,
            accounts: keyrack.members.accounts_of(caller).await?,
            unread: keyrack.notices.unread(caller).await?,
        })
    }
}
