//! How a try to confirm stands: what is asked, what was wrong, how long to wait.

use std::time::Duration;

use keyrack_types::{
    refusal::{Field, Refusal},
    second_factor::ConfirmNeeds,
};
use leptos::prelude::*;

/// Where a refusal is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Password,
    Code,
    /// Beneath everything.
    Form,
}

/// The state of one form that confirms something.
#[derive(Clone, Copy)]
pub struct Trying {
    pub needs: RwSignal<ConfirmNeeds>,
    pub error: RwSignal<Option<(Place, String)>>,
    /// Seconds until the server looks at the next try.
    pub wait: RwSignal<u32>,
    pub busy: RwSignal<bool>,
}

impl Trying {
    /// At the beginning.
    pub fn new(needs: ConfirmNeeds, busy: RwSignal<bool>) -> Trying {
        Trying::sharing(RwSignal::new(needs), busy)
    }

    /// The same, where others have to know too what is asked.
    pub fn sharing(needs: RwSignal<ConfirmNeeds>, busy: RwSignal<bool>) -> Trying {
        Trying { needs, error: RwSignal::new(None), wait: RwSignal::new(0), busy }
    }

    /// Whether another press would do nothing now.
    pub fn held(self) -> bool {
        self.busy.get() || self.wait.get() > 0
    }

    /// The same for event handlers.
    pub fn held_now(self) -> bool {
        self.busy.get_untracked() || self.wait.get_untracked() > 0
    }

    /// The error at a place.
    pub fn error_at(self, place: Place) -> Option<String> {
        self.error.read().as_ref().filter(|(at, _)| *at == place).map(|(_, text)| text.clone())
    }

    /// Takes up a refusal and says where the person goes on; gives back what does not belong here.
    ///
    /// # Errors
    /// The refusal, when it is about the change itself.
    pub fn refused(self, refusal: Refusal) -> Result<Place, Refusal> {
        let message = refusal.message();
        let (place, wait, told) = match refusal {
            Refusal::WrongPassword { wait } => (Place::Password, wait, true),
            Refusal::Field { field: Field::Password, .. } => (Place::Password, 0, true),
            Refusal::WrongCode { wait } => (Place::Code, wait, true),
            Refusal::Field { field: Field::Code, .. } => (Place::Code, 0, true),
            Refusal::SecondFactorNeeded { totp, passkey } => {
                let asked = self.needs.get_untracked().proof();
                self.needs.set(ConfirmNeeds { totp, passkey, covered: 0 });
                // The first time the fields themselves say what is missing.
                (Place::Code, 0, asked)
            }
            Refusal::TooManyTries { wait } => {
                (if self.needs.get_untracked().proof() { Place::Code } else { Place::Password }, wait, true)
            }
            Refusal::Unavailable { .. } => (Place::Form, 0, true),
            other => return Err(other),
        };
        // Without a field for it, it is shown where it can be seen.
        let at = if place == Place::Code && !self.needs.get_untracked().proof() { Place::Form } else { place };
        self.error.set(told.then_some((at, message)));
        self.wait.set(wait);
        count_down(self.wait);
        Ok(place)
    }
}

/// Counts to zero by seconds, or until the form is gone.
fn count_down(wait: RwSignal<u32>) {
    if wait.try_get_untracked().unwrap_or_default() == 0 {
        return;
    }
    let tick = move || {
        if wait.try_update(|left| *left = left.saturating_sub(1)).is_some() {
            count_down(wait);
        }
    };
    set_timeout(tick, Duration::from_secs(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trying(needs: ConfirmNeeds) -> Trying {
        Trying::new(needs, RwSignal::new(false))
    }

    #[test]
    fn refusals_are_told_where_they_can_be_mended() {
        let owner = Owner::new();
        owner.with(|| {
            let plain = trying(ConfirmNeeds::default());
            assert_eq!(plain.refused(Refusal::WrongPassword { wait: 0 }), Ok(Place::Password));
            assert!(plain.error_at(Place::Password).is_some());
            let code = Refusal::Field { field: Field::Code, message: "No passkey.".into() };
            assert_eq!(plain.refused(code), Ok(Place::Code));
            assert_eq!(plain.error_at(Place::Form), Some("No passkey.".into()));
            let gone = Refusal::Gone { message: "It is gone.".into() };
            assert_eq!(plain.refused(gone.clone()), Err(gone));
        });
    }

    #[test]
    fn the_second_factor_is_asked_for_before_it_is_missed() {
        let owner = Owner::new();
        owner.with(|| {
            let trying = trying(ConfirmNeeds { totp: true, passkey: false, covered: 20 });
            let needed = || Refusal::SecondFactorNeeded { totp: true, passkey: false };
            assert_eq!(trying.refused(needed()), Ok(Place::Code));
            assert!(trying.needs.get_untracked().proof());
            assert_eq!(trying.error_at(Place::Code), None);
            assert_eq!(trying.refused(needed()), Ok(Place::Code));
            assert!(trying.error_at(Place::Code).is_some());
        });
    }
}
