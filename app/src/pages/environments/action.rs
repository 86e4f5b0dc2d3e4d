use keyrack_types::environments::{EnvAction, EnvStatus};
use serde::{Deserialize, Serialize};

use crate::components::icon::Glyph;

/// What can be asked of an environment in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    Start,
    Stop,
    Restart,
}

impl Action {
    /// In the order of the buttons.
    pub const ALL: [Action; 3] = [Action::Start, Action::Stop, Action::Restart];

    /// On the button.
    pub const fn label(self) -> &'static str {
        match self {
            Action::Start => "Start",
            Action::Stop => "Stop",
            Action::Restart => "Restart",
        }
    }

    /// In the address of the form, `/environments/{name}/{segment}`.
    pub const fn segment(self) -> &'static str {
        match self {
            Action::Start => "start",
            Action::Stop => "stop",
            Action::Restart => "restart",
        }
    }

    pub(super) const fn glyph(self) -> Glyph {
        match self {
            Action::Start => Glyph::Play,
            Action::Stop => Glyph::Square,
            Action::Restart => Glyph::RotateCw,
        }
    }

    /// Whether an environment in this status takes it.
    fn fits(self, status: EnvStatus) -> bool {
        let action = match self {
            Action::Start => EnvAction::Start,
            Action::Stop => EnvAction::Stop,
            Action::Restart => EnvAction::Restart,
        };
        action.from().contains(&status)
    }

    /// Why it cannot be done now, for the button that is disabled; `None` when it can.
    pub fn obstacle(self, status: EnvStatus, may_operate: bool) -> Option<String> {
        if !may_operate {
            return Some("Your role may look, but not start or stop.".into());
        }
        if self.fits(status) {
            return None;
        }
        let label = status.label().trim_end_matches('…');
        Some(match (self, status) {
            (Action::Start, EnvStatus::Running) => "It runs already.".into(),
            (Action::Stop, EnvStatus::Stopped) => "It is stopped already.".into(),
            (Action::Stop, EnvStatus::Sleeping) => "It sleeps: nothing of it runs.".into(),
            (Action::Restart, EnvStatus::Stopped | EnvStatus::Sleeping) => "It does not run: start it instead.".into(),
            (_, EnvStatus::Unknown) => "The server that runs it does not answer.".into(),
            _ => format!("Wait until it is done ({label})."),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_status_takes_is_open() {
        let open = |status| Action::ALL.map(|action| action.obstacle(status, true).is_none());
        assert_eq!(open(EnvStatus::Running), [false, true, true]);
        assert_eq!(open(EnvStatus::Stopped), [true, false, false]);
        assert_eq!(open(EnvStatus::Sleeping), [true, false, false]);
        assert_eq!(open(EnvStatus::Broken), [true, true, true]);
        assert_eq!(open(EnvStatus::Stopping), [false, false, false]);
    }

    #[test]
    fn what_is_closed_says_why() {
        let why = |action: Action, status, may| action.obstacle(status, may).unwrap();
        assert_eq!(why(Action::Stop, EnvStatus::Stopped, true), "It is stopped already.");
        assert_eq!(why(Action::Start, EnvStatus::Launching, true), "Wait until it is done (Launching).");
        assert_eq!(why(Action::Stop, EnvStatus::Running, false), "Your role may look, but not start or stop.");
    }
}
