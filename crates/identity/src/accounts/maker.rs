//! Whose rights a secret has.
//!
//! A token acts as its owner. Whoever made its secret knows it, and may have kept it; and a shared token can pass to an owner who
//! did not make it, by being widened. So a secret opens nothing unless whoever made it may do what its owner may: then it gives
//! nobody more than that member has anyway. Who is no member any more may do nothing.

use keyrack_types::accounts::Role;
use keyrack_types::ids::UserId;
use keyrack_types::methods::ApiSet;

/// Who made a secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker {
    pub user: UserId,
    /// None for somebody who is no member of the account.
    pub role: Option<Role>,
}

impl Maker {
    /// Whether a secret that this member made may act as the owner of its token. Extended Access signs in as the owner, where
    /// private things are: that takes more than the same role.
    pub fn may_act_as(self, owner: UserId, role: Role, set: ApiSet) -> bool {
        if self.user == owner {
            return true;
        }
        match self.role {
            None => false,
            Some(own) if set == ApiSet::ExtendedAccess => own > role,
            Some(own) => own >= role,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_gives_nobody_more_than_who_made_it_has() {
        use ApiSet::{Custom, ExtendedAccess};
        use Role::{Manager, Owner};
        let owner = UserId(1);
        for (maker, role, set, may) in [
            (1, None, ExtendedAccess, true),
            (2, None, Custom, false),
            (2, Some(Manager), Custom, false),
            (2, Some(Manager), ExtendedAccess, false),
            (2, Some(Owner), Custom, true),
            (2, Some(Owner), ExtendedAccess, false),
        ] {
            let maker = Maker { user: UserId(maker), role };
            assert_eq!(maker.may_act_as(owner, Owner, set), may, "{maker:?} {set:?}");
        }
        assert!(Maker { user: UserId(2), role: Some(Owner) }.may_act_as(owner, Manager, ExtendedAccess));
    }
}
