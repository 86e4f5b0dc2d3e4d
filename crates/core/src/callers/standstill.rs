//! What is remembered before a standstill does not count after it.

use super::*;
use crate::caller::CallerCredential;
use crate::methods::MethodBits;
use keyrack_types::accounts::Role;
use keyrack_types::ids::AccountId;

fn caller() -> Arc<Caller> {
    Arc::new(Caller {
        user: UserId(1),
        email: String::new(),
        account: AccountId(1),
        role: Role::Owner,
        credential: CallerCredential::Token(TokenId(1)),
        secret_by: None,
        secret: None,
        may: MethodBits::default(),
        expires: None,
        limits: None,
        usage: Arc::default(),
    })
}

#[test]
fn what_is_remembered_counts_only_while_somebody_listens() {
    let hash = SecretHash::of("secret");
    let callers = Callers::new(false);
    assert!(callers.ticket().is_none());
    let now = steady_millis();
    callers.mark_listening_at(now);
    callers.enable();
    callers.keep(callers.ticket().unwrap(), hash, &Outcome::Found(Lookup::Caller(caller())));
    let counts_at = |later| callers.is_current(|| now + later);
    assert!(counts_at(STANDSTILL_MILLIS) && callers.tokens.get(&hash).is_some());
    assert!(!counts_at(STANDSTILL_MILLIS + 1));
    assert_eq!(callers.mark_listening_at(now + STANDSTILL_MILLIS), None);
    assert!(callers.tokens.get(&hash).is_some());
    // The listener may be the first to go on: then everybody is forgotten before anything counts again.
    assert_eq!(callers.mark_listening_at(now + 2 * STANDSTILL_MILLIS + 1), Some(STANDSTILL_MILLIS + 1));
    assert!(callers.tokens.get(&hash).is_none());
}

#[test]
fn what_was_looked_up_during_a_standstill_is_not_kept_after_it() {
    let hash = SecretHash::of("secret");
    let callers = Callers::new(false);
    callers.mark_listening();
    callers.enable();
    let before = callers.ticket().unwrap();
    callers.mark_listening_at(steady_millis() + 2 * STANDSTILL_MILLIS);
    callers.keep(before, hash, &Outcome::Found(Lookup::Caller(caller())));
    assert!(callers.tokens.get(&hash).is_none());
}

#[test]
fn a_server_without_others_remembers_without_asking_a_clock() {
    let callers = Callers::new(true);
    assert!(callers.is_current(|| panic!("the clock was asked")));
}
