//! One attempt to confirm a change: what is asked for, what was wrong, how long to wait.

use std::time::Duration;

use keyrack_types::{
    refusal::{Field, Refusal},
    second_factor::ConfirmNeeds,
};
use leptos::prelude::*;

/// Where a refusal is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPlace {
    Password,
    Code,
    /// Beneath everything.
    Form,
}

/// The state of a form that confirms a change. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// What the form asks for.
    pub needs: RwSignal<ConfirmNeeds>,
    pub error: RwSignal<Option<(ErrorPlace, String)>>,
    /// Seconds until the server looks at the next try.
    pub wait: RwSignal<u32>,
    /// The server has not answered yet.
    pub busy: RwSignal<bool>,
}

impl Attempt {
    /// A form of its own.
    pub fn new(needs: ConfirmNeeds) -> Attempt {
        Attempt::sharing(RwSignal::new(needs))
    }

    /// A form on a page that shows elsewhere, too, what is asked for.
    pub fn sharing(needs: RwSignal<ConfirmNeeds>) -> Attempt {
        Attempt { needs, error: RwSignal::new(None), wait: RwSignal::new(0), busy: RwSignal::new(false) }
    }

    /// Sends what was entered: the former error goes.
    pub fn begin(self) {
        self.busy.set(true);
        self.error.set(None);
    }

    /// Whether the form cannot be sent now.
    pub fn is_held(self) -> bool {
        untrack(move || self.holds())
    }

    /// The same for views, which follow it.
    pub fn holds(self) -> bool {
        self.busy.get() || self.wait.get() > 0
    }

    /// The error at a place.
    pub fn error_at(self, place: ErrorPlace) -> Option<String> {
        self.error.read().as_ref().filter(|(at, _)| *at == place).map(|(_, text)| text.clone())
    }

    /// Shows a refusal and returns where the person goes on.
    ///
    /// # Errors
    /// The refusal, when it is about the change itself.
    pub fn refused(self, refusal: Refusal) -> Result<ErrorPlace, Refusal> {
        let message = refusal.message();
        let (place, wait, shown) = match refusal {
            Refusal::WrongPassword { wait } => (ErrorPlace::Password, wait, true),
            Refusal::Field { field: Field::Password, .. } => (ErrorPlace::Password, 0, true),
            Refusal::WrongCode { wait } => (ErrorPlace::Code, wait, true),
            Refusal::Field { field: Field::Code, .. } => (ErrorPlace::Code, 0, true),
            Refusal::SecondFactorNeeded { totp, passkey } => {
                let asked = self.needs.get_untracked().proof();
                self.needs.set(ConfirmNeeds { totp, passkey, covered: 0 });
                // The first time the fields themselves say what is missing.
                (ErrorPlace::Code, 0, asked)
            }
            Refusal::TooManyTries { wait } => {
                (if self.needs.get_untracked().proof() { ErrorPlace::Code } else { ErrorPlace::Password }, wait, true)
            }
            Refusal::Unavailable { .. } => (ErrorPlace::Form, 0, true),
            other => return Err(other),
        };
        // Without a field for it, it is shown where it can be seen.
        let at =
            if place == ErrorPlace::Code && !self.needs.get_untracked().proof() { ErrorPlace::Form } else { place };
        self.error.set(shown.then_some((at, message)));
        self.wait.set(wait);
        count_down(self.wait);
        Ok(place)
    }
}

/// Counts down by seconds, or until the form is gone.
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

    #[test]
    fn refusals_are_shown_where_they_can_be_mended() {
        let owner = Owner::new();
        owner.with(|| {
            let plain = Attempt::new(ConfirmNeeds::default());
            assert_eq!(plain.refused(Refusal::WrongPassword { wait: 0 }), Ok(ErrorPlace::Password));
            assert!(plain.error_at(ErrorPlace::Password).is_some());
            let code = Refusal::Field { field: Field::Code, message: "No passkey.".into() };
            assert_eq!(plain.refused(code), Ok(ErrorPlace::Code));
            assert_eq!(plain.error_at(ErrorPlace::Form), Some("No passkey.".into()));
            let gone = Refusal::Gone { message: "It is gone.".into() };
            assert_eq!(plain.refused(gone.clone()), Err(gone));
        });
    }

    #[test]
    fn the_second_factor_is_asked_for_before_it_is_missed() {
        let owner = Owner::new();
        owner.with(|| {
            let attempt = Attempt::new(ConfirmNeeds { totp: true, passkey: false, covered: 20 });
            let needed = || Refusal::SecondFactorNeeded { totp: true, passkey: false };
            assert_eq!(attempt.refused(needed()), Ok(ErrorPlace::Code));
            assert!(attempt.needs.get_untracked().proof());
            assert_eq!(attempt.error_at(ErrorPlace::Code), None);
            assert_eq!(attempt.refused(needed()), Ok(ErrorPlace::Code));
            assert!(attempt.error_at(ErrorPlace::Code).is_some());
        });
    }
}
