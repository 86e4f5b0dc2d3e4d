//! Every order in which requests, look-ups and changes can follow each other, walked one by one.
//!
//! Requests are polled by hand, and look-ups read and answer only when they are told to, so an order of steps is a
//! schedule that happens exactly so. A walk begins anew for each order and tries every step that is possible next.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::*;
use crate::caller::CallerCredential;
use crate::methods::MethodBits;
use keyrack_types::accounts::Role;
use keyrack_types::ids::AccountId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The next request comes.
    Arrive,
    /// The first request's client goes away.
    Leave,
    /// This look-up reads the store.
    Read(usize),
    /// This look-up's answer comes back.
    Answer(usize),
    /// The change is committed to the store.
    Commit,
    /// It is heard of here.
    Hear,
    /// Changes cannot be heard of any more.
    GoDeaf,
    /// They can again.
    HearAgain,
}

/// What is changed and how it is heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// A token is removed here, or on a server whose word comes.
    Removed,
    /// Half a sign-in becomes a session on another server, whose word has not come yet.
    Opened,
    /// A token is removed on another server while nothing can be heard.
    Missed,
}

impl Change {
    /// How many requests come for the one secret.
    const fn requests(self) -> usize {
        match self {
            Change::Removed | Change::Opened => 3,
            // There are more steps to put in order.
            Change::Missed => 2,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Started,
    MayRead,
    MayAnswer,
}

/// The store as look-ups see it.
#[derive(Default)]
struct Store {
    committed: bool,
    look_ups: Vec<Option<Stage>>,
}

type Shared = Arc<Mutex<Store>>;
type Request = Pin<Box<dyn Future<Output = Result<Arc<Caller>>>>>;

struct Run {
    change: Change,
    callers: Arc<Callers>,
    store: Shared,
    /// By number; those that are answered or left are not among them.
    waiting: BTreeMap<usize, Request>,
    arrived: usize,
    /// Those that came when the change had to decide already.
    after: Vec<usize>,
    committed: bool,
    heard: bool,
    deaf: bool,
    hears_again: bool,
    left: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

fn hash() -> SecretHash {
    SecretHash::of("secret")
}

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

/// Takes the look-up off the list when it ends or nobody waits for it any more.
struct Listed(Shared, usize);

impl Drop for Listed {
    fn drop(&mut self) {
        lock(&self.0).look_ups[self.1] = None;
    }
}

async fn look_up(change: Change, store: Shared) -> Result<Lookup> {
    let listed = {
        let mut inside = lock(&store);
        inside.look_ups.push(Some(Stage::Started));
        Listed(store.clone(), inside.look_ups.len() - 1)
    };
    let until = |stage| {
        let (store, number) = (store.clone(), listed.1);
        std::future::poll_fn(move |_| match lock(&store).look_ups[number] {
            Some(now) if now == stage => Poll::Ready(()),
            _ => Poll::Pending,
        })
    };
    until(Stage::MayRead).await;
    let committed = lock(&store).committed;
    until(Stage::MayAnswer).await;
    drop(listed);
    Ok(match (change, committed) {
        (Change::Removed | Change::Missed, false) | (Change::Opened, true) => Lookup::Caller(caller()),
        (Change::Removed | Change::Missed, true) => Lookup::Unknown,
        (Change::Opened, false) => Lookup::Inactive,
    })
}

impl Run {
    fn new(change: Change) -> Run {
        Run {
            change,
            callers: Arc::new(Callers::new(true)),
            store: Shared::default(),
            waiting: BTreeMap::new(),
            arrived: 0,
            after: Vec::new(),
            committed: false,
            heard: false,
            deaf: false,
            hears_again: false,
            left: false,
        }
    }

    fn possible(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.arrived < self.change.requests() {
            steps.push(Step::Arrive);
        }
        if !self.left && self.waiting.contains_key(&0) {
            steps.push(Step::Leave);
        }
        for (number, stage) in lock(&self.store).look_ups.iter().enumerate() {
            match stage {
                Some(Stage::Started) => steps.push(Step::Read(number)),
                Some(Stage::MayRead) => steps.push(Step::Answer(number)),
                _ => {}
            }
        }
        if !self.committed {
            steps.push(Step::Commit);
        }
        match self.change {
            Change::Removed if self.committed && !self.heard => steps.push(Step::Hear),
            Change::Missed if !self.deaf => steps.push(Step::GoDeaf),
            Change::Missed if self.committed && !self.hears_again => steps.push(Step::HearAgain),
            _ => {}
        }
        steps
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Arrive => {
                if self.decides() {
                    self.after.push(self.arrived);
                }
                let request = self.request();
                self.waiting.insert(self.arrived, request);
                self.arrived += 1;
            }
            Step::Leave => {
                self.left = true;
                self.waiting.remove(&0);
            }
            Step::Read(number) => lock(&self.store).look_ups[number] = Some(Stage::MayRead),
            Step::Answer(number) => lock(&self.store).look_ups[number] = Some(Stage::MayAnswer),
            Step::Commit => {
                self.committed = true;
                lock(&self.store).committed = true;
            }
            Step::Hear => {
                self.heard = true;
                self.callers.forget_token(&hash(), TokenId(1));
            }
            Step::GoDeaf => {
                self.deaf = true;
                self.callers.disable();
            }
            Step::HearAgain => {
                self.hears_again = true;
                self.callers.enable();
            }
        }
        self.poll_all();
        self.check_cache();
    }

    /// Whether a request that comes now has to see the change.
    fn decides(&self) -> bool {
        match self.change {
            Change::Removed => self.heard,
            Change::Opened => self.committed,
            Change::Missed => self.deaf && self.committed,
        }
    }

    /// As the API asks for a caller.
    fn request(&self) -> Request {
        let (callers, store, change) = (self.callers.clone(), self.store.clone(), self.change);
        Box::pin(async move {
            match callers.token(&hash()) {
                Some(caller) => Ok(caller),
                None => match callers.find(hash(), CredentialKind::Token, || look_up(change, store.clone())).await? {
                    Known::Caller(caller) => Ok(caller),
                    Known::Refused(_) => unreachable!("no look-up finds one"),
                },
            }
        })
    }

    fn poll_all(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        // An answer lets others go on, so until nothing moves.
        loop {
            let before = self.waiting.len();
            let mut answered = Vec::new();
            for (number, request) in &mut self.waiting {
                if let Poll::Ready(answer) = request.as_mut().poll(&mut context) {
                    answered.push((*number, answer));
                }
            }
            for (number, answer) in answered {
                self.waiting.remove(&number);
                if self.after.contains(&number) {
                    let now_open = self.change == Change::Opened;
                    assert_eq!(answer.is_ok(), now_open, "request {number} came after the change");
                }
            }
            if self.waiting.len() == before {
                return;
            }
        }
    }

    fn check_cache(&self) {
        if self.decides() && self.change != Change::Opened {
            assert!(self.callers.token(&hash()).is_none(), "what was forgotten is known again");
        }
        if self.change == Change::Opened {
            assert!(self.callers.negative.get(&hash()).is_none(), "what may open something is taken for nobody's");
        }
        if self.waiting.is_empty() {
            assert!(self.callers.single_flight.is_empty(), "a look-up that nobody waits for is still listed");
        }
        if self.change == Change::Removed {
            // One that began before the change may still be under way beside one that began after it.
            let under_way = lock(&self.store).look_ups.iter().flatten().count();
            assert!(under_way <= 1 + usize::from(self.heard), "two look-ups of one secret at a time");
        }
    }

    fn check_end(&self) {
        assert!(self.waiting.is_empty(), "requests {:?} have no answer", self.waiting.keys());
    }
}

/// Walks all orders; answers how many there are.
fn walk(change: Change) -> usize {
    let mut orders = 0;
    let mut unfinished: Vec<Vec<Step>> = vec![Vec::new()];
    while let Some(steps) = unfinished.pop() {
        let run = std::panic::catch_unwind(|| {
            let mut run = Run::new(change);
            steps.iter().for_each(|step| run.take(*step));
            let next = run.possible();
            if next.is_empty() {
                run.check_end();
            }
            next
        });
        let next = run.unwrap_or_else(|_| panic!("{change:?}, in this order: {steps:?}"));
        orders += usize::from(next.is_empty());
        unfinished.extend(next.into_iter().map(|step| [&steps[..], &[step]].concat()));
    }
    orders
}

#[test]
fn no_order_lets_a_removed_token_call_or_look_up_twice_at_a_time() {
    assert!(walk(Change::Removed) > 1_000);
}

#[test]
fn no_order_refuses_a_value_that_opens_something_by_now() {
    assert!(walk(Change::Opened) > 1_000);
}

#[test]
fn no_order_lets_a_token_call_that_was_removed_while_nothing_was_heard() {
    assert!(walk(Change::Missed) > 1_000);
}

#[test]
fn strangers_push_nobody_out() {
    let callers = Callers::new(true);
    let ticket = callers.ticket().unwrap();
    callers.keep(ticket, hash(), &Outcome::Found(Lookup::Caller(caller())));
    for number in 0..3 * MAX_UNKNOWN {
        callers.keep(ticket, SecretHash::of(&number.to_string()), &Outcome::Found(Lookup::Unknown));
    }
    assert!(callers.token(&hash()).is_some());
    assert!(callers.negative.len() <= MAX_UNKNOWN);
}

#[test]
fn a_look_up_that_panics_fails_those_who_waited_for_it_and_nobody_else() {
    let callers = Callers::new(true);
    let defect = || async {
        assert!(std::hint::black_box(false), "a defect");
        Ok(Lookup::Unknown)
    };
    let answer = futures::executor::block_on(callers.find(hash(), CredentialKind::Token, defect));
    assert!(matches!(answer, Err(Error::Internal)), "{answer:?}");
    let lookup = || async { Ok(Lookup::Caller(caller())) };
    assert!(futures::executor::block_on(callers.find(hash(), CredentialKind::Token, lookup)).is_ok());
}
